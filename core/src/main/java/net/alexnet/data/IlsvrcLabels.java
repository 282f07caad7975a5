package net.alexnet.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The classes of ILSVRC-2012 and the labels of its validation images, as the development kit has them: `meta.mat`, and
/// `ILSVRC2012_validation_ground_truth.txt` with one id of the kit per line, from 1, in the order of the images.
///
/// The ids of the kit are in another order than the sorted identifiers, by which labels go here, as in Caffe and
/// torchvision.
///
/// @param synsets the classes, sorted by their identifiers; a label is an index into this list
/// @param validation the label of each validation image; image 1 first
/// @param where the labels of the validation images come from, for messages
@SuppressWarnings("ArrayRecordComponent") // held by one reader, never compared
record IlsvrcLabels(List<Synset> synsets, int[] validation, String where) {
    private static final String GROUND_TRUTH = "ILSVRC2012_validation_ground_truth.txt";
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    /// Reads the kit of a folder.
    ///
    /// @throws DatasetException if the kit is missing or contradicts itself
    static IlsvrcLabels read(Path folder) throws IOException {
        Devkit.Part meta = require(folder, MetaMat.FILE);
        Devkit.Part truth = require(folder, GROUND_TRUTH);
        List<Synset> byId = MetaMat.classes(meta);
        List<Synset> sorted = byId.stream().sorted(Comparator.comparing(Synset::wnid)).toList();
        Map<Synset, Integer> labels = new HashMap<>();
        for (Synset synset : sorted) {
            if (labels.put(synset, labels.size()) != null || sorted.size() < 2) {
                throw new DatasetException(meta.where() + " has the class " + synset.wnid()
                        + " twice, or no other class; a classifier needs two or more");
            }
        }
        List<String> lines = new String(truth.bytes(), StandardCharsets.UTF_8).stripTrailing().lines().toList();
        int[] validation = new int[lines.size()];
        for (int i = 0; i < validation.length; i++) {
            String line = lines.get(i).strip();
            int id = NUMBER.matcher(line).matches() ? Integer.parseInt(line) : 0;
            if (id < 1 || id > byId.size()) {
                throw new DatasetException(truth.where() + ", line " + (i + 1) + ": expected the id of a class, 1 to "
                        + byId.size() + ", found '" + line + "'");
            }
            validation[i] = labels.getOrDefault(byId.get(id - 1), -1);
        }
        return new IlsvrcLabels(sorted, validation, truth.where());
    }

    private static Devkit.Part require(Path folder, String name) throws IOException {
        return Devkit.find(folder, name).orElseThrow(() -> new DatasetException(folder + " has no " + name
                + ", which says what its images show. Expected " + Devkit.ARCHIVE
                + " ('Development kit (Task 1 & 2)' of"
                + " https://image-net.org/download-images) in it, or that file"));
    }

    /// The identifiers of the classes, in the order of the labels.
    List<String> wnids() {
        return synsets.stream().map(Synset::wnid).toList();
    }
}
