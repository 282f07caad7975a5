package net.alexnet.data;

import module java.base;

/// Opens a folder by what is in it: IDX files ([IdxFiles]), CIFAR-10 ([Cifar10]), the tars of ILSVRC-2012
/// ([Ilsvrc2012]) or class folders ([ImageFolder]), in this order.
public final class Datasets {
    /// The kinds of datasets other than class folders, for messages.
    static final String FILES = IdxFiles.LAYOUT + ", or " + Cifar10.LAYOUT + " of CIFAR-10, or " + Ilsvrc2012.TRAINING
            + " and " + Ilsvrc2012.VALIDATION + " with " + Devkit.ARCHIVE;

    private Datasets() {}

    /// A dataset in files of its own format.
    interface Format {
        /// Whether any of the files is there.
        boolean present() throws IOException;

        /// Opens the files for training.
        ///
        /// @param rule splits them if they have no validation part
        /// @param classNames the names of the classes in the order of their labels; empty for those that the data has
        Dataset open(TrainValidationSplit rule, List<String> classNames) throws IOException;

        /// Opens the validation part to evaluate a model on.
        ///
        /// @param classNames the model's classes
        /// @param wnids the WordNet ids of the model's classes; empty if it has none
        EvaluationSet openForEvaluation(List<String> classNames, List<String> wnids) throws IOException;
    }

    private static Optional<Format> format(Path source) throws IOException {
        for (Format format : List.of(IdxFiles.in(source), Cifar10.in(source), new Ilsvrc2012(source))) {
            if (format.present()) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /// Opens a folder for training.
    ///
    /// @param seed of the split, if the folder has no validation part
    /// @param holdOut the share of each class that is held out then, above 0 and below 1
    /// @param classNames the names of the classes in the order of their labels; empty for those that the data has
    /// @throws DatasetException if the folder cannot be used; the message says what was expected
    public static Dataset open(Path source, long seed, double holdOut, List<String> classNames) throws IOException {
        requireFolder(source);
        ClassNames.requireDistinct("the list of classes", classNames);
        TrainValidationSplit rule = new TrainValidationSplit(holdOut, seed);
        Optional<Dataset> found = openFiles(source, rule, classNames);
        return found.isPresent() ? found.get() : ImageFolder.open(source, rule, classNames);
    }

    /// Opens a folder of IDX files, CIFAR-10 or ILSVRC-2012; empty if it is none of these.
    static Optional<Dataset> openFiles(Path source, TrainValidationSplit rule, List<String> classNames)
            throws IOException {
        Optional<Format> format = format(source);
        return format.isPresent() ? Optional.of(format.get().open(rule, classNames)) : Optional.empty();
    }

    /// Opens a folder to evaluate a model on.
    ///
    /// @param classNames the model's classes
    /// @param wnids the WordNet ids of the model's classes, by which ImageNet names folders and lists; empty if it has none
    /// @throws DatasetException if the folder cannot be used, or has classes that the model does not have
    public static EvaluationSet openForEvaluation(Path source, List<String> classNames, List<String> wnids)
            throws IOException {
        requireFolder(source);
        Optional<Format> format = format(source);
        return format.isPresent()
                ? format.get().openForEvaluation(classNames, wnids)
                : ImageFolder.openForEvaluation(source, classNames, wnids);
    }

    private static void requireFolder(Path source) throws DatasetException {
        if (!Files.isDirectory(source)) {
            throw new DatasetException((Files.exists(source) ? source + " is a file" : "there is no folder " + source)
                    + "; expected a folder with one subfolder of images per class (or train/ and val/ of such),"
                    + " or with " + FILES);
        }
    }
}
