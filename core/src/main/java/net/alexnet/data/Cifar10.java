package net.alexnet.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// CIFAR-10 in its binary form, in a folder or in the subfolder `cifar-10-batches-bin` that its archive makes:
///
/// ```
/// data_batch_1.bin … data_batch_5.bin    to learn from
/// test_batch.bin                         to judge by
/// batches.meta.txt                       (optional) the names of the classes, one per line
/// ```
///
/// A file is records of 3,073 bytes: the label, 0 to 9, and then the red, the green and the blue plane of 32 × 32
/// samples, rows from the top.
final class Cifar10 {
    static final String LAYOUT = "data_batch_1.bin to data_batch_5.bin and test_batch.bin";

    private static final List<String> TRAINING = IntStream.rangeClosed(1, 5).mapToObj(i -> "data_batch_" + i + ".bin")
            .toList();
    private static final List<String> VALIDATION = List.of("test_batch.bin");
    private static final String NAMES = "batches.meta.txt";
    private static final int CLASSES = 10;

    private final Path folder;
    private final int channels;

    private Cifar10(Path folder, int channels) {
        this.folder = folder;
        this.channels = channels;
    }

    /// The files of a folder.
    ///
    /// @param channels 3, or 1 for grey pictures
    static Cifar10 in(Path folder, int channels) {
        Path below = folder.resolve("cifar-10-batches-bin");
        return new Cifar10(!holdsBatches(folder) && holdsBatches(below) ? below : folder, channels);
    }

    /// Whether any batch stands there.
    boolean present() {
        return holdsBatches(folder);
    }

    /// Opens all six files.
    ///
    /// @param classNames the names of the ten classes if there is no `batches.meta.txt`; empty for `0`, `1`, …
    /// @throws DatasetException if a file is missing, or of a wrong size, or has labels above 9
    Dataset open(List<String> classNames) throws IOException {
        List<String> named = named();
        List<String> given = classNames.isEmpty() ? ClassNames.numbers(CLASSES) : classNames;
        List<String> classes = named.isEmpty() ? given : named;
        requireTen("the list of classes", classes);
        return new Dataset(
                folder.toString(),
                classes,
                set(TRAINING, classes, classes),
                set(VALIDATION, classes, classes),
                "Training pictures from data_batch_1.bin to data_batch_5.bin, validation pictures from"
                        + " test_batch.bin.");
    }

    /// Opens the test batch to judge a model by.
    ///
    /// @param classNames the model's classes. Labels are matched by name through `batches.meta.txt` if there is one,
    ///     and otherwise taken as indices into this list
    EvaluationSet openForEvaluation(List<String> classNames) throws IOException {
        List<String> named = named();
        if (named.isEmpty()) {
            requireTen("without " + NAMES + ", the model", classNames);
        }
        ImageDataset images = set(VALIDATION, named.isEmpty() ? classNames : named, classNames);
        return new EvaluationSet("all " + images.size() + " pictures of " + folder.resolve("test_batch.bin"),
                images);
    }

    private static boolean holdsBatches(Path folder) {
        return Stream.concat(TRAINING.stream(), VALIDATION.stream())
                .anyMatch(name -> Files.isRegularFile(folder.resolve(name)));
    }

    private List<String> named() throws IOException {
        Path file = folder.resolve(NAMES);
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        try (InputStream in = Files.newInputStream(file)) {
            List<String> names = ClassNames.read(file.toString(), in);
            requireTen(file.toString(), names);
            return names;
        }
    }

    private void requireTen(String where, List<String> names) throws DatasetException {
        if (names.size() != CLASSES) {
            throw new DatasetException(where + " has " + names.size() + " classes, but the pictures of " + folder
                    + " are labelled with " + CLASSES);
        }
    }

    /// @param from the classes in the order of the labels in the files
    /// @param to the classes in the order of the set's labels
    private ImageDataset set(List<String> files, List<String> from, List<String> to) throws IOException {
        List<String> unknown = from.stream().filter(name -> !to.contains(name)).toList();
        if (!unknown.isEmpty()) {
            throw new DatasetException(folder.resolve(NAMES) + " names classes that are not among the known ones: "
                    + Names.listed(unknown) + ". Known are: " + Names.listed(to));
        }
        List<Cifar10Images.Batch> batches = new ArrayList<>();
        for (String file : files) {
            batches.add(batch(folder.resolve(file), file));
        }
        return new Cifar10Images(to, batches, from.stream().mapToInt(to::indexOf).toArray(), channels);
    }

    private Cifar10Images.Batch batch(Path file, String name) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new DatasetException(folder + " holds no " + name + "; CIFAR-10 in binary form has " + LAYOUT
                    + ". Unpack cifar-10-binary.tar.gz of https://www.cs.toronto.edu/~kriz/cifar.html again");
        }
        long size = Files.size(file);
        if (size == 0 || size % Cifar10Images.RECORD != 0 || size > Integer.MAX_VALUE) {
            throw new DatasetException(
                    file + " has " + size + " bytes, which are not records of " + Cifar10Images.RECORD
                            + " each; the original has 30730000. Unpack it again");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            Cifar10Images.Batch batch = new Cifar10Images.Batch(name, channel.map(MapMode.READ_ONLY, 0, size));
            for (int i = 0; i < batch.size(); i++) {
                if (batch.label(i) >= CLASSES) {
                    throw new DatasetException(file + ": picture " + i + " has the label " + batch.label(i)
                            + ", expected 0 to 9. This is not CIFAR-10 in binary form, or it is damaged");
                }
            }
            return batch;
        }
    }
}
