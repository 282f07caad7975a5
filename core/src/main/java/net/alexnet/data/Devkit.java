package net.alexnet.data;

import module java.base;
import net.alexnet.io.RegularFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Sources;
import us.hebi.matlab.mat.types.Struct;

/// ILSVRC-2012's development kit: the classes, and the labels of the validation images. It is read from the folder itself,
/// from the unpacked kit in it, or from the kit as it is downloaded.
///
/// `meta.mat` is a MATLAB file with an array of structures `synsets`. Those without children are the classes, and have
/// the ids from 1 on; after them come the groups above them in WordNet. `ILSVRC2012_validation_ground_truth.txt` has
/// one id per line in the order of the images. The ids are in another order than the sorted identifiers, which give the
/// labels here, as in Caffe and torchvision.
///
/// @param synsets the classes, sorted by their identifiers; a label is an index into this list
/// @param validation the label of each validation image; image 1 first
/// @param where the labels of the validation images come from, for messages
@SuppressWarnings("ArrayRecordComponent") // held by one reader, never compared
record Devkit(List<Synset> synsets, int[] validation, String where) {
    static final String ARCHIVE = "ILSVRC2012_devkit_t12.tar.gz";

    private static final String DATA = "ILSVRC2012_devkit_t12/data";
    private static final int MOST = 64 << 20; // the largest that is read has 1 MB
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    /// A file of the kit.
    ///
    /// @param where for messages
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    private record Part(String where, byte[] bytes) {}

    /// Reads the kit of a folder.
    ///
    /// @throws DatasetException if the kit is missing or contradicts itself
    static Devkit read(Path folder) throws IOException {
        Part meta = part(folder, "meta.mat");
        Part truth = part(folder, "ILSVRC2012_validation_ground_truth.txt");
        List<Synset> byId = classes(meta);
        List<Synset> sorted = byId.stream().sorted(Comparator.comparing(Synset::wnid)).toList();
        List<String> wnids = wnids(sorted);
        ClassNames.requireDistinct(meta.where, wnids);
        if (wnids.size() < 2) {
            throw new DatasetException(
                    meta.where + " has " + wnids.size() + " classes; a classifier needs two or more");
        }
        Map<String, Integer> labels = ClassNames.indices(wnids);
        List<String> lines = new String(truth.bytes, StandardCharsets.UTF_8).stripTrailing().lines().toList();
        int[] validation = new int[lines.size()];
        for (int i = 0; i < validation.length; i++) {
            String line = lines.get(i).strip();
            int id = NUMBER.matcher(line).matches() ? Integer.parseInt(line) : 0;
            if (id < 1 || id > byId.size()) {
                throw new DatasetException(truth.where + ", line " + (i + 1) + ": expected the id of a class, 1 to "
                        + byId.size() + ", found '" + line + "'");
            }
            validation[i] = labels.getOrDefault(byId.get(id - 1).wnid(), -1);
        }
        return new Devkit(sorted, validation, truth.where);
    }

    /// The identifiers of the classes, in the order of the labels.
    List<String> wnids() {
        return wnids(synsets);
    }

    private static List<String> wnids(List<Synset> synsets) {
        return synsets.stream().map(Synset::wnid).toList();
    }

    // --- files -------------------------------------------------------------------------------------------------------

    private static Part part(Path folder, String name) throws IOException {
        for (Path file : List.of(folder.resolve(name), folder.resolve(DATA).resolve(name))) {
            if (Files.isRegularFile(file)) {
                return new Part(file.toString(), RegularFile.read(file, MOST));
            }
        }
        Path archive = folder.resolve(ARCHIVE);
        if (Files.isRegularFile(archive)) {
            try (InputStream file = RegularFile.open(archive);
                    TarArchiveInputStream tar = new TarArchiveInputStream(
                            RegularFile.first(new GZIPInputStream(file, 1 << 16), MOST))) {
                for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    if (entry.getName().endsWith("/data/" + name)) {
                        byte[] bytes = tar.readNBytes(MOST);
                        if (bytes.length < entry.getSize()) {
                            throw new EOFException("it ends within " + name);
                        }
                        return new Part(name + " in " + archive, bytes);
                    }
                }
            } catch (IOException | IllegalArgumentException e) {
                throw new DatasetException(
                        archive + " cannot be read: " + e.getMessage() + ". Download or copy it again", e);
            }
        }
        throw new DatasetException(folder + " has no " + name + ", which says what its images show. Expected " + ARCHIVE
                + " ('Development kit (Task 1 & 2)' of https://image-net.org/download-images) in it, or that file");
    }

    /// The classes, in the order of their ids, beginning with 1.
    private static List<Synset> classes(Part file) throws DatasetException {
        List<Synset> classes = new ArrayList<>();
        try {
            MatLimits.require(file.bytes);
            Struct synsets = Mat5.newReader(Sources.wrap(file.bytes)).readMat().getStruct("synsets");
            for (int i = 0; i < synsets.getNumElements(); i++) {
                if (synsets.getMatrix("num_children", i).getInt(0) == 0) {
                    classes.add(new Synset(
                            synsets.getChar("WNID", i).getString(),
                            synsets.getMatrix("ILSVRC2012_ID", i).getInt(0),
                            synsets.getChar("words", i).getString()));
                }
            }
        } catch (IOException | RuntimeException e) { // the library's own are many
            throw new DatasetException(file.where + " is not the devkit's table of synsets: expected a MATLAB file"
                    + " with ILSVRC2012_ID, WNID, words and num_children of each; found " + e, e);
        }
        classes.sort(Comparator.comparingInt(Synset::ilsvrcId));
        for (int i = 0; i < classes.size(); i++) {
            if (classes.get(i).ilsvrcId() != i + 1) {
                throw new DatasetException(file.where + " numbers its " + classes.size()
                        + " classes wrongly: expected the id " + (i + 1) + ", found " + classes.get(i).ilsvrcId()
                        + " for " + classes.get(i).wnid());
            }
        }
        return classes;
    }
}
