package net.alexnet.data;

import module java.base;

/// Opens a source by what it is: IDX files ([IdxFiles]), CIFAR-10 ([Cifar10]), the tars of ILSVRC-2012 ([Ilsvrc2012]), tars
/// of WebDataset ([WebDataset]), a list of files ([CsvManifest]), files that other modules read ([PictureTable]) or class folders
/// ([ImageFolder]), in this order.
public final class Datasets {
    /// The kinds of datasets other than class folders, for messages.
    static final String FILES = IdxFiles.LAYOUT + ", or " + Cifar10.LAYOUT + " of CIFAR-10, or " + Ilsvrc2012.TRAINING
            + " and " + Ilsvrc2012.VALIDATION + " with " + Devkit.ARCHIVE + ", or " + WebDataset.LAYOUT;

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
        for (Format format : List.of(IdxFiles.in(source), Cifar10.in(source), new Ilsvrc2012(source),
                WebDataset.in(source), new CsvManifest(source))) {
            if (format.present()) {
                return Optional.of(format);
            }
        }
        for (PictureTable.Reader reader : PictureTable.Reader.installed()) {
            PictureTables tables = PictureTables.in(source, reader);
            if (tables.present()) {
                return Optional.of(tables);
            }
        }
        return Optional.empty();
    }

    /// Opens a folder, a file or a pattern of files for training.
    ///
    /// @param source a folder, a tar or CSV file, or tars as in `shards/train-{000..012}.tar`
    /// @param seed of the split, if the source has no validation part
    /// @param holdOut the share of each class that is held out then, at least 0 and below 1
    /// @param classNames the names of the classes in the order of their labels; empty for those that the data has
    /// @throws DatasetException if the source cannot be used; the message says what was expected
    public static Dataset open(Path source, long seed, double holdOut, List<String> classNames) throws IOException {
        ClassNames.requireDistinct("the list of classes", classNames);
        TrainValidationSplit rule = new TrainValidationSplit(holdOut, seed);
        Optional<Dataset> found = openFiles(source, rule, classNames);
        if (found.isPresent()) {
            return found.get();
        }
        requireFolder(source);
        return ImageFolder.open(source, rule, classNames);
    }

    /// Opens a source that is not one of class folders; empty if it is not of a format that has files of its own.
    static Optional<Dataset> openFiles(Path source, TrainValidationSplit rule, List<String> classNames)
            throws IOException {
        Optional<Format> format = format(source);
        return format.isPresent() ? Optional.of(format.get().open(rule, classNames)) : Optional.empty();
    }

    /// Opens a source to evaluate a model on.
    ///
    /// @param source as for [#open]
    /// @param classNames the model's classes
    /// @param wnids the WordNet ids of the model's classes, by which ImageNet names folders and lists; empty if it has none
    /// @throws DatasetException if the source cannot be used, or has classes that the model does not have
    public static EvaluationSet openForEvaluation(Path source, List<String> classNames, List<String> wnids)
            throws IOException {
        Optional<Format> format = format(source);
        if (format.isPresent()) {
            return format.get().openForEvaluation(classNames, wnids);
        }
        requireFolder(source);
        return ImageFolder.openForEvaluation(source, classNames, wnids);
    }

    private static void requireFolder(Path source) throws DatasetException {
        if (!Files.isDirectory(source)) {
            throw new DatasetException((Files.exists(source) ? source + " is a file" : "there is no folder " + source)
                    + "; expected a folder with one subfolder of images per class (or train/ and val/ of such),"
                    + " or with " + FILES + ", or " + CsvManifest.LAYOUT);
        }
    }
}
