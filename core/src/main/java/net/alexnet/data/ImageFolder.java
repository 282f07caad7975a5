package net.alexnet.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import net.alexnet.data.FolderScan.ClassFile;

/// Pictures in one folder per class.
///
/// ```
/// pictures/ants/1.jpg            pictures/train/ants/1.jpg
/// pictures/bees/2.png            pictures/train/bees/2.png
///                                pictures/val/ants/3.jpg
/// ```
///
/// Classes are sorted by name. Files count at any depth below a class folder, whatever they are called; hidden ones do
/// not, and links are followed. An empty class folder keeps its class. Without a validation folder the pictures are
/// split by [TrainValidationSplit]; with one, the classes are the union of both folders', so that a
/// picture of a class without training pictures counts as an error.
public final class ImageFolder {
    private static final String LAYOUT = "<class>/<picture>, one folder per class";

    private ImageFolder() {}

    /// Opens a folder for training.
    ///
    /// @param holdOut the rule where there is no validation folder
    /// @param classNames the classes in the order of their labels, each class folder being one of them; empty for the
    ///     folders' own names, sorted
    public static Dataset open(
            Path source, TrainValidationSplit holdOut, List<String> classNames)
            throws IOException {
        SplitFolders folders = SplitFolders.of(source);
        FolderScan training = FolderScan.of(folders.training());
        Optional<FolderScan> validation = Optional.empty();
        if (folders.validation().isPresent()) {
            validation = Optional.of(FolderScan.of(folders.validation().get()));
        }
        requireImages(source, training);
        TreeSet<String> found = new TreeSet<>(training.classes());
        validation.ifPresent(scan -> found.addAll(scan.classes()));
        List<String> classes = classNames.isEmpty() ? List.copyOf(found) : classNames;
        Map<String, Integer> labels = Names.indices(classes);
        requireKnown(source, found, labels.keySet(), classes);
        if (classes.size() < 2) {
            throw new DatasetException(source + " holds one class only, " + classes.getFirst()
                    + "; a classifier needs two or more. Wanted: " + source.resolve(LAYOUT)
                    + ". If the class folders are one level down, give "
                    + training.root().resolve(classes.getFirst()));
        }
        ImageDataset trainingImages = images(source, training, classes, labels);
        if (validation.isEmpty()) {
            TrainValidationSplit.Parts parts = holdOut.split(trainingImages);
            if (parts.validation().size() == 0) {
                throw new DatasetException(source + " has no class with two pictures, so none can be held out for"
                        + " validation; add pictures, or a folder " + source.resolve("val").resolve(LAYOUT));
            }
            return new Dataset(
                    source.toString(), classes, parts.training(), parts.validation(), holdOut.sentence() + ".");
        }
        requireImages(validation.get().root(), validation.get());
        ImageDataset validationImages = images(source, validation.get(), classes, labels);
        return new Dataset(source.toString(), classes, trainingImages, validationImages,
                sentence(training, validation.get()));
    }

    /// Opens every picture of a folder to evaluate a model on; of a folder with a validation part, only that part.
    ///
    /// @param classNames the model's classes; each class folder must be named as one of them, or by its wnid
    /// @param wnids of the classes, one for each name, or none
    public static EvaluationSet openForEvaluation(
            Path source, List<String> classNames, List<String> wnids)
            throws IOException {
        SplitFolders folders = SplitFolders.of(source);
        FolderScan scan = FolderScan.of(folders.validation().orElse(folders.training()));
        requireImages(scan.root(), scan);
        Map<String, Integer> labels = Names.indices(classNames);
        Names.indices(wnids).forEach(labels::putIfAbsent);
        requireKnown(scan.root(), scan.classes(), labels.keySet(), classNames);
        ImageDataset images = images(source, scan, classNames, labels);
        return new EvaluationSet("all " + images.size() + " pictures of " + scan.root(), images);
    }

    private static ImageDataset images(
            Path source, FolderScan scan, List<String> classes, Map<String, Integer> labels) {
        String prefix = scan.root().equals(source) ? "" : scan.root().getFileName() + "/";
        List<Sample> samples = new ArrayList<>();
        for (ClassFile file : scan.files()) {
            int label = Objects.requireNonNull(labels.get(file.className())); // requireKnown has seen them all
            samples.add(new Sample(new ImageFile(file.path()), label, prefix + file.name()));
        }
        return new ImageDataset(classes, List.copyOf(samples));
    }

    private static String sentence(FolderScan training, FolderScan validation) {
        String sentence = "Training pictures from " + training.root().getFileName() + "/, validation pictures from "
                + validation.root().getFileName() + "/.";
        List<String> unlearnt = new ArrayList<>(validation.classes());
        unlearnt.removeAll(training.classes());
        return unlearnt.isEmpty()
                ? sentence
                : sentence + " Only validation has the classes " + String.join(", ", unlearnt)
                        + ": no training picture shows them.";
    }

    private static void requireKnown(
            Path where, Iterable<String> found, Set<String> known, List<String> classes) throws DatasetException {
        List<String> unknown = new ArrayList<>();
        for (String name : found) {
            if (!known.contains(name)) {
                unknown.add(name);
            }
        }
        if (!unknown.isEmpty()) {
            throw new DatasetException(where + " has class folders that are not among the known classes: "
                    + Names.listed(unknown) + ". Known are: " + Names.listed(classes)
                    + ". Rename the folders to the classes that they hold, or move them away");
        }
    }

    private static void requireImages(Path where, FolderScan scan) throws DatasetException {
        if (!scan.files().isEmpty()) {
            return;
        }
        String wanted = "Looked for " + where.resolve(LAYOUT) + ", or the same below train/ and val/, or for "
                + Datasets.FILES;
        if (!scan.classes().isEmpty()) {
            throw new DatasetException(scan.root() + " holds no pictures. " + wanted + ". Found the folders "
                    + Names.listed(scan.classes()) + ", all of them empty");
        }
        if (!scan.loose().isEmpty()) {
            throw new DatasetException(
                    scan.root() + " holds " + scan.loose().size() + (scan.loose().size() == 1 ? " file" : " files")
                            + " but no class folders, so no picture has a class. " + wanted
                            + ". Move every picture into a folder named after its class");
        }
        throw new DatasetException(scan.root() + " holds no pictures. " + wanted + ". Found an empty folder");
    }
}
