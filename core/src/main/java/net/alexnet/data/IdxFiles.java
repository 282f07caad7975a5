package net.alexnet.data;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.io.RegularFile;

/// Pictures in the files of MNIST and of datasets in its format, such as Fashion-MNIST:
///
/// ```
/// train-images-idx3-ubyte   train-labels-idx1-ubyte     for training
/// t10k-images-idx3-ubyte    t10k-labels-idx1-ubyte      for validation; without them, see TrainValidationSplit
/// classes.txt               (optional) the names of the classes, one per line
/// ```
///
/// Each may have `.gz` after its name, and a dot in place of the second hyphen.
public final class IdxFiles implements Datasets.Format {
    private static final String TRAINING = "train";
    private static final String VALIDATION = "t10k";
    private static final String IMAGES = "-images-idx3-ubyte";
    private static final String LABELS = "-labels-idx1-ubyte";

    private final String where;
    private final Opener files;

    private IdxFiles(String where, Opener files) {
        this.where = where;
        this.files = files;
    }

    /// Opens files by name, in a folder or among a program's resources.
    @FunctionalInterface
    public interface Opener {
        /// The bytes of a file, or nothing if there is no such file.
        Optional<InputStream> open(String name) throws IOException;
    }

    /// The files of a folder.
    public static IdxFiles in(Path folder) {
        return new IdxFiles(folder.toString(), name -> {
            Path file = folder.resolve(name);
            return Files.isRegularFile(file) ? Optional.of(RegularFile.open(file)) : Optional.empty();
        });
    }

    /// Files from anywhere.
    ///
    /// @param where they are, for names and messages
    public static IdxFiles from(String where, Opener files) {
        return new IdxFiles(where, files);
    }

    @Override
    public boolean present() throws IOException {
        for (String part : List.of(TRAINING, VALIDATION)) {
            if (find(part, IMAGES).isPresent() || find(part, LABELS).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /// Opens the set for training.
    ///
    /// @param rule splits it where there is no `t10k` part
    /// @param classNames the names of the classes if there is no `classes.txt`; empty for `0`, `1`, …
    @Override
    public Dataset open(TrainValidationSplit rule, List<String> classNames) throws IOException {
        Part training = requirePart(TRAINING);
        Optional<Part> validation = part(VALIDATION);
        List<String> named = named().orElse(classNames);
        int most = Math.max(training.classes(), validation.map(Part::classes).orElse(0));
        List<String> classes = named.isEmpty() ? ClassNames.numbers(Math.max(2, most)) : named;
        ImageDataset trainingImages = training.images(classes);
        return validation.isEmpty()
                ? rule.dataset(where, trainingImages, "")
                : new Dataset(where, classes, trainingImages, validation.get().images(classes),
                        "Training pictures from the train files, validation pictures from the t10k files.");
    }

    /// Opens the `t10k` part, or the `train` part if there is no other. Labels are matched by name through `classes.txt`
    /// if there is one, and otherwise taken as indices into the model's classes.
    @Override
    public EvaluationSet openForEvaluation(List<String> classNames, List<String> wnids) throws IOException {
        Optional<Part> validation = part(VALIDATION);
        Part part = validation.isPresent() ? validation.get() : requirePart(TRAINING);
        ImageDataset images = part.images(named().orElse(classNames))
                .withClasses(classNames, where + "/" + ClassNames.FILE);
        return EvaluationSet.all(images, part.name, List.of());
    }

    private Optional<List<String>> named() throws IOException {
        Optional<InputStream> file = files.open(ClassNames.FILE);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = file.get()) {
            return Optional.of(ClassNames.read(where + "/" + ClassNames.FILE, in));
        }
    }

    private Part requirePart(String part) throws IOException {
        return part(part).orElseThrow(() -> new DatasetException(where + " holds neither "
                + part + IMAGES + " nor " + part + LABELS + ", plain or .gz; both are needed"));
    }

    private Optional<Part> part(String part) throws IOException {
        Optional<String> images = find(part, IMAGES);
        Optional<String> labels = find(part, LABELS);
        if (images.isEmpty() && labels.isEmpty()) {
            return Optional.empty();
        }
        if (images.isEmpty() || labels.isEmpty()) {
            throw new DatasetException(where + " holds " + images.or(() -> labels).orElseThrow() + " but no " + part
                    + (images.isEmpty() ? IMAGES : LABELS) + " (plain or .gz); both are needed");
        }
        Part read = new Part(where + "/" + images.get(), read(images.get(), 3), read(labels.get(), 1));
        if (read.images.extents()[0] != read.labels.extents()[0]) {
            throw new DatasetException(where + ": " + images.get() + " has " + read.images.extents()[0]
                    + " pictures, but " + labels.get() + " has " + read.labels.extents()[0] + " labels");
        }
        if (read.images.extents()[0] == 0) {
            throw new DatasetException(where + "/" + images.get() + " holds no pictures");
        }
        return Optional.of(read);
    }

    private IdxFile read(String name, int axes) throws IOException {
        try (InputStream in = files.open(name)
                .orElseThrow(() -> new DatasetException(where + "/" + name + " has gone"))) {
            return IdxFile.read(where + "/" + name, in, axes);
        }
    }

    /// The name under which a file is there.
    private Optional<String> find(String part, String kind) throws IOException {
        for (String plain : List.of(part + kind, part + kind.replace("-idx", ".idx"))) {
            for (String name : List.of(plain, plain + ".gz")) {
                Optional<InputStream> file = files.open(name);
                if (file.isPresent()) {
                    file.get().close();
                    return Optional.of(name);
                }
            }
        }
        return Optional.empty();
    }

    private record Part(String name, IdxFile images, IdxFile labels) {
        /// How many classes the labels speak of: the greatest label and one.
        int classes() {
            int greatest = -1;
            for (byte label : labels.values()) {
                greatest = Math.max(greatest, label & 0xFF);
            }
            return greatest + 1;
        }

        ImageDataset images(List<String> classes) throws DatasetException {
            int count = labels.values().length;
            for (int i = 0; i < count; i++) {
                int label = labels.values()[i] & 0xFF;
                if (label >= classes.size()) {
                    throw new DatasetException(name + ": image " + i + " has the label " + label + ", but there are "
                            + classes.size() + " classes: " + ClassNames.listed(classes));
                }
            }
            return new ImageDataset(classes, ImageDataset.list(count,
                    i -> new Sample(new Gray(images, i), labels.values()[i] & 0xFF, name + "#" + i)));
        }
    }

    /// An image in an IDX file.
    private record Gray(IdxFile file, int index) implements Sample.Source {
        @Override
        public Content content() {
            int height = file.extents()[1];
            int width = file.extents()[2];
            int size = height * width;
            return new Content.Raw(new Image(width, height, 1,
                    Arrays.copyOfRange(file.values(), index * size, (index + 1) * size)));
        }

        /// Made of the pixels.
        @Override
        public long stamp() {
            return Arrays.hashCode(content().bytes());
        }
    }
}
