package net.alexnet.data;

import module java.base;
import net.alexnet.io.Archives;

/// Opens a source by what it is: IDX files ([IdxFiles]), CIFAR-10 ([Cifar10]), the tars of ILSVRC-2012 ([Ilsvrc2012]), tars
/// of WebDataset ([WebDataset]), a list of files ([CsvManifest]), files that other modules read ([PictureTable]) or class folders
/// ([ImageFolder]), in this order.
public final class Datasets {
    /// What a source can be, for messages.
    static final String FORMS = "one folder of pictures per class (or train/ and val/ of such), tars of WebDataset,"
            + " Parquet files, a .csv list, CIFAR-10, IDX files or the tars of ILSVRC-2012";

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

    /// A file that marks a folder of copies that a model sorted into classes. Within other data such a folder is left out.
    public static final String SORTED = ".sorted-by-alexnet";

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

    /// Whether a source is of a format that has files of its own, rather than a folder for each class.
    ///
    /// @throws IOException if it cannot be read
    public static boolean hasFiles(Path source) throws IOException {
        return format(source).isPresent();
    }

    /// Whether a file is a CSV list of pictures with their labels, by its name and its first line.
    public static boolean isList(Path file) {
        return new CsvManifest(file).isList();
    }

    /// Whether a file or a folder in a folder of pictures is left out by [#open]: a hidden one, one
    /// of the operating system, a run, or a prepared dataset.
    public static boolean leavesOut(Path entry) {
        return FolderScan.leavesOut(entry);
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

    private static void requireFolder(Path source) throws IOException {
        if (Files.isDirectory(source)) {
            return;
        }
        if (!Files.exists(source)) {
            throw new DatasetException("there is no file or folder " + source + "; expected " + FORMS);
        }
        Optional<String> archive = Archives.kind(source);
        throw new DatasetException(archive.isPresent()
                ? source + " is a " + archive.get() + " archive; unpack it and give the folder"
                : source + " is a file of no format that is known; expected " + FORMS);
    }
}
