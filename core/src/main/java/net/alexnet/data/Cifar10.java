package net.alexnet.data;

import java.nio.channels.FileChannel.MapMode;
import module java.base;

/// CIFAR-10 in its binary form, in a folder or in the subfolder `cifar-10-batches-bin` that its archive makes:
///
/// ```
/// data_batch_1.bin … data_batch_5.bin    for training
/// test_batch.bin                         for validation
/// batches.meta.txt                       (optional) the names of the classes, one per line
/// ```
///
/// A file is records of 3,073 bytes: the label, 0 to 9, and then the red, the green and the blue plane of 32 × 32
/// samples, rows from the top.
record Cifar10(Path folder) implements Datasets.Format {
    static final String LAYOUT = "data_batch_1.bin to data_batch_5.bin and test_batch.bin";

    private static final List<String> TRAINING = IntStream.rangeClosed(1, 5).mapToObj(i -> "data_batch_" + i + ".bin")
            .toList();
    private static final String VALIDATION = "test_batch.bin";
    private static final String NAMES = "batches.meta.txt";
    private static final int CLASSES = 10;

    private static final int RECORD = 1 + PlanarImage.BYTES;

    /// The files of a folder.
    static Cifar10 in(Path folder) {
        Cifar10 below = new Cifar10(folder.resolve("cifar-10-batches-bin"));
        Cifar10 here = new Cifar10(folder);
        return !here.present() && below.present() ? below : here;
    }

    @Override
    public boolean present() {
        return Stream.concat(TRAINING.stream(), Stream.of(VALIDATION))
                .anyMatch(name -> Files.isRegularFile(folder.resolve(name)));
    }

    /// Opens all six files.
    ///
    /// @param classNames the names of the ten classes if there is no `batches.meta.txt`; empty for `0`, `1`, …
    /// @throws DatasetException if a file is missing, or of a wrong size, or has labels above 9
    @Override
    public Dataset open(TrainValidationSplit rule, List<String> classNames) throws IOException {
        List<String> classes = named().orElse(classNames.isEmpty() ? ClassNames.numbers(CLASSES) : classNames);
        requireTen("the list of classes", classes);
        List<ImageDataset> batches = new ArrayList<>();
        for (String file : TRAINING) {
            batches.add(batch(file, classes));
        }
        return new Dataset(
                folder.toString(),
                classes,
                new ImageDataset(classes, ImageDataset.concat(batches).samples()),
                batch(VALIDATION, classes),
                "Training pictures from data_batch_1.bin to data_batch_5.bin, validation pictures from"
                        + " test_batch.bin.");
    }

    /// Opens the test batch. Labels are matched by name through `batches.meta.txt` if there is one, and otherwise taken
    /// as indices into the model's classes.
    @Override
    public EvaluationSet openForEvaluation(List<String> classNames, List<String> wnids) throws IOException {
        List<String> classes = named().orElse(classNames);
        requireTen("without " + NAMES + ", the model", classes);
        ImageDataset images = batch(VALIDATION, classes).withClasses(classNames, folder.resolve(NAMES));
        return EvaluationSet.all(images, folder.resolve(VALIDATION), List.of());
    }

    private Optional<List<String>> named() throws IOException {
        Optional<List<String>> names = ClassNames.in(folder, NAMES);
        if (names.isPresent()) {
            requireTen(folder.resolve(NAMES).toString(), names.get());
        }
        return names;
    }

    private void requireTen(String where, List<String> names) throws DatasetException {
        if (names.size() != CLASSES) {
            throw new DatasetException(where + " has " + names.size() + " classes, but the pictures of " + folder
                    + " are labeled with " + CLASSES);
        }
    }

    private ImageDataset batch(String name, List<String> classes) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new DatasetException(folder + " holds no " + name + "; CIFAR-10 in binary form has " + LAYOUT
                    + ". Unpack cifar-10-binary.tar.gz of https://www.cs.toronto.edu/~kriz/cifar.html again");
        }
        long size = Files.size(file);
        if (size == 0 || size % RECORD != 0 || size > Integer.MAX_VALUE) {
            throw new DatasetException(file + " has " + size + " bytes, which is not a multiple of " + RECORD
                    + "; the original has 30730000. Unpack it again");
        }
        ByteBuffer records;
        try (FileChannel channel = FileChannel.open(file)) {
            records = channel.map(MapMode.READ_ONLY, 0, size);
        }
        int count = (int) (size / RECORD);
        for (int i = 0; i < count; i++) {
            int label = records.get(i * RECORD) & 0xFF;
            if (label >= CLASSES) {
                throw new DatasetException(file + ": image " + i + " has the label " + label
                        + ", expected 0 to 9. This is not CIFAR-10 in binary form, or it is damaged");
            }
        }
        return new ImageDataset(classes,
                ImageDataset.list(count, i -> new Sample(new PlanarImage(records, i * RECORD + 1),
                        records.get(i * RECORD) & 0xFF, name + "#" + i)));
    }
}
