package net.alexnet.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What ILSVRC-2012 says of its classes and of its validation pictures, in one of two forms:
///
/// ```
/// devkit   meta.mat, ILSVRC2012_validation_ground_truth.txt    one devkit id per line, from 1, in the pictures' order
/// Caffe    synset_words.txt or synsets.txt, val.txt            one picture and label per line; labels from 0, in the
///                                                              list's order
/// ```
///
/// The devkit's ids are in another order than the sorted identifiers, by which labels go here, as in Caffe and
/// torchvision.
///
/// @param synsets the classes, sorted by their identifiers; a label is an index into this list
/// @param validation the label of each validation picture; picture 1 first
/// @param where the labels of the validation pictures come from, for messages
@SuppressWarnings("ArrayRecordComponent") // held by one reader, never compared
record IlsvrcLabels(List<Synset> synsets, int[] validation, String where) {
    private static final String GROUND_TRUTH = "ILSVRC2012_validation_ground_truth.txt";
    private static final List<String> LISTS = List.of("synset_words.txt", "synsets.txt");
    private static final String CAFFE_LABELS = "val.txt";
    private static final Pattern CAFFE_LINE = Pattern.compile("ILSVRC2012_val_(\\d{8})\\.JPEG\\s+(\\d{1,9})");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final String WANTED = "Expected " + Devkit.ARCHIVE + " ('Development kit (Task 1 & 2)' of"
            + " https://image-net.org/download-images), or its files " + MetaMat.FILE + " and " + GROUND_TRUTH
            + ", or the lists synset_words.txt and " + CAFFE_LABELS + " that come with Caffe";

    /// Reads what stands in a folder; the devkit goes before the lists.
    ///
    /// @throws DatasetException if neither form is complete, or what is there contradicts itself
    static IlsvrcLabels read(Path folder) throws IOException {
        Optional<Devkit.Part> meta = Devkit.find(folder, MetaMat.FILE);
        Optional<Devkit.Part> truth = Devkit.find(folder, GROUND_TRUTH);
        if (meta.isPresent() && truth.isPresent()) {
            return fromDevkit(meta.get(), truth.get());
        }
        Optional<Path> list = LISTS.stream().map(folder::resolve).filter(Files::isRegularFile).findFirst();
        Path labels = folder.resolve(CAFFE_LABELS);
        if (list.isPresent() && Files.isRegularFile(labels)) {
            return fromLists(list.get(), labels);
        }
        List<String> found = new ArrayList<>();
        meta.ifPresent(part -> found.add(part.where()));
        truth.ifPresent(part -> found.add(part.where() + " (devkit ids, which " + MetaMat.FILE + " explains)"));
        list.ifPresent(file -> found.add(file.toString()));
        if (Files.isRegularFile(labels)) {
            found.add(labels.toString());
        }
        throw new DatasetException(folder + " does not say what its pictures show. " + WANTED + ". Found "
                + (found.isEmpty() ? "none of them" : "only " + String.join(", ", found)));
    }

    /// The identifiers of the classes, in the order of the labels.
    List<String> wnids() {
        return synsets.stream().map(Synset::wnid).toList();
    }

    private static IlsvrcLabels fromDevkit(Devkit.Part meta, Devkit.Part truth) throws DatasetException {
        List<Synset> byId = MetaMat.classes(meta);
        List<Synset> sorted = sorted(meta.where(), byId);
        int[] labels = places(byId, sorted);
        List<String> lines = lines(truth.bytes());
        int[] validation = new int[lines.size()];
        for (int i = 0; i < validation.length; i++) {
            String line = lines.get(i).strip();
            int id = NUMBER.matcher(line).matches() ? Integer.parseInt(line) : 0;
            if (id < 1 || id > labels.length) {
                throw new DatasetException(truth.where() + ", line " + (i + 1) + ": expected a class's id, 1 to "
                        + labels.length + ", found '" + line + "'");
            }
            validation[i] = labels[id - 1];
        }
        return new IlsvrcLabels(sorted, validation, truth.where());
    }

    private static IlsvrcLabels fromLists(Path list, Path images) throws IOException {
        List<Synset> listed = listed(list);
        List<Synset> sorted = sorted(list.toString(), listed);
        int[] labels = places(listed, sorted);
        List<String> lines = lines(Files.readAllBytes(images));
        int[] validation = new int[lines.size()];
        Arrays.fill(validation, -1);
        for (int i = 0; i < validation.length; i++) {
            String where = images + ", line " + (i + 1) + ": ";
            Matcher line = CAFFE_LINE.matcher(lines.get(i).strip());
            if (!line.matches() || Integer.parseInt(line.group(2)) >= labels.length) {
                throw new DatasetException(where + "expected a picture and its label, 0 to " + (labels.length - 1)
                        + ", as in 'ILSVRC2012_val_00000001.JPEG 65'; found '" + lines.get(i) + "'");
            }
            int number = Integer.parseInt(line.group(1));
            if (number < 1 || number > validation.length || validation[number - 1] >= 0) {
                throw new DatasetException(where + "expected each of the pictures 1 to " + validation.length
                        + " once, as there are so many lines; found " + number
                        + (number < 1 || number > validation.length ? "" : " again"));
            }
            validation[number - 1] = labels[Integer.parseInt(line.group(2))];
        }
        return new IlsvrcLabels(sorted, validation, images.toString());
    }

    private static List<Synset> listed(Path list) throws IOException {
        List<Synset> synsets = new ArrayList<>();
        for (String line : lines(Files.readAllBytes(list))) {
            String[] parts = line.strip().split("\\s+", 2);
            if (!Synset.isWnid(parts[0])) {
                throw new DatasetException(list + ", line " + (synsets.size() + 1)
                        + ": expected a synset, as in 'n01440764 tench, Tinca tinca'; found '" + line + "'");
            }
            synsets.add(new Synset(parts[0], 0, parts.length > 1 ? parts[1] : ""));
        }
        return synsets;
    }

    private static List<Synset> sorted(String where, List<Synset> synsets) throws DatasetException {
        Set<String> seen = new HashSet<>();
        for (Synset synset : synsets) {
            if (!seen.add(synset.wnid())) {
                throw new DatasetException(where + " has the class " + synset.wnid() + " twice");
            }
        }
        if (seen.size() < 2) {
            throw new DatasetException(
                    where + " has " + seen.size() + " classes; a classifier needs two or more");
        }
        return synsets.stream().sorted(Comparator.comparing(Synset::wnid)).toList();
    }

    /// Where each of some synsets stands in another order of them.
    private static int[] places(List<Synset> from, List<Synset> to) {
        return from.stream().mapToInt(to::indexOf).toArray();
    }

    /// The lines of a file, without empty ones at its end.
    private static List<String> lines(byte[] file) {
        return new String(file, StandardCharsets.UTF_8).stripTrailing().lines().toList();
    }
}
