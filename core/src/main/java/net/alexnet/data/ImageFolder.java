package net.alexnet.data;

import module java.base;
import net.alexnet.io.Texts;

/// Pictures in one folder per class.
///
/// ```
/// pictures/ants/1.jpg            pictures/train/ants/1.jpg
/// pictures/bees/2.png            pictures/train/bees/2.png
///                                pictures/val/ants/3.jpg
/// ```
///
/// Classes are sorted by name. All files at any depth below a class folder count, except hidden ones, those of operating
/// systems, runs and prepared datasets; [FolderScan] says which links are followed. An empty class folder keeps its class. Without a validation
/// folder the pictures are split by [TrainValidationSplit]; with one, the classes are the union of both folders', so that a
/// picture of a class without training pictures counts as an error.
public final class ImageFolder {
    private static final String LAYOUT = "<class>/<picture>, one folder per class";

    private static final Pattern PACKED = Pattern.compile("(?i)\\.(tgz|tar\\.\\w+|zip|7z|rar)$");

    private ImageFolder() {}

    /// Opens a folder for training.
    ///
    /// @param rule splits it where there is no validation folder
    /// @param classNames the classes in the order of their labels, each class folder being one of them; empty for the
    ///     folders' own names, sorted
    public static Dataset open(Path source, TrainValidationSplit rule, List<String> classNames) throws IOException {
        FolderScan.Parts folders = FolderScan.Parts.of(source);
        FolderScan training = FolderScan.of(folders.training());
        FolderScan validation = folders.validation().isPresent() ? FolderScan.of(folders.validation().get()) : training;
        requireImages(training);
        if (folders.validation().isPresent() && folders.training().equals(source)) {
            throw new DatasetException(source + " has validation pictures, in "
                    + folders.validation().get().getFileName()
                    + "/, and no others. Put the training pictures into " + source.resolve("train").resolve(LAYOUT));
        }
        requireClasses(training);
        TreeSet<String> found = new TreeSet<>(training.classes());
        Set<String> trained = ClassNames.indices(List.copyOf(found)).keySet();
        validation.classes().stream().filter(name -> !trained.contains(name)).forEach(found::add);
        List<String> classes = classNames.isEmpty() ? List.copyOf(found) : classNames;
        Map<String, Integer> labels = ClassNames.indices(classes);
        ClassNames.requireKnown(source, found, labels.keySet(), classes);
        if (classes.size() < 2) {
            throw new DatasetException(source + " holds one class only, " + classes.getFirst()
                    + "; a classifier needs two or more, each in a folder of its own. "
                    + training.deeper().orElse("Add a folder of pictures for each other class"));
        }
        ImageDataset trainingImages = images(source, training, classes, labels);
        if (folders.validation().isEmpty()) {
            Dataset split = rule.dataset(source.toString(), trainingImages,
                    "; add pictures, or a folder " + source.resolve("val").resolve(LAYOUT));
            return new Dataset(split.name(), classes, split.training(), split.validation(),
                    split.split() + notes(training), List.of(), sourceWarnings(training));
        }
        requireImages(validation);
        return new Dataset(source.toString(), classes, trainingImages, images(source, validation, classes, labels),
                sentence(training, validation) + beside(source) + notes(training) + notes(validation), List.of(),
                Stream.concat(sourceWarnings(training).stream(), sorted(validation).stream()).toList());
    }

    /// Names the folders and pictures that are next to `train/`, `val/` and `test/`, and are left out.
    private static String beside(Path source) throws IOException {
        List<String> others;
        try (Stream<Path> entries = Files.list(source)) {
            others = entries.filter(entry -> !FolderScan.leavesOut(entry))
                    .filter(entry -> Files.isDirectory(entry)
                            ? !SourceFiles.isPart(entry)
                            : FolderScan.isPicture(entry))
                    .map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
        }
        return others.isEmpty()
                ? ""
                : " Beside these folders, " + ClassNames.listed(others) + (others.size() == 1 ? " is" : " are")
                        + " left out.";
    }

    private static List<String> sourceWarnings(FolderScan training) {
        return Stream.concat(
                training.deeper()
                        .map(advice -> "no picture is directly in a class folder of " + training.root() + ". " + advice)
                        .stream(),
                training.classes().stream().filter(name -> SourcePart.named(name).isPresent())
                        .map(name -> "the folder " + name
                                + " is taken for a class, as there are other folders beside it. If"
                                + " it is a part of the data, put them into " + training.root().resolve("train")))
                .toList();
    }

    /// A warning if `classify --sort-into` made the validation folder: its classes are then a model's answers.
    private static Optional<String> sorted(FolderScan validation) {
        return Files.exists(validation.root().resolve(Datasets.SORTED))
                ? Optional.of("a model sorted the pictures of " + validation.root()
                        + " (classify --sort-into), so errors on them"
                        + " say little. If you have corrected them, delete its file " + Datasets.SORTED)
                : Optional.empty();
    }

    /// Refuses a folder of folders that are named as its neighbors, unless most classes have such folders: it is a part of the
    /// data, and no class.
    private static void requireClasses(FolderScan scan) throws DatasetException {
        Set<String> classes = scan.classes().stream().map(ClassNames::alike).collect(Collectors.toSet());
        Map<String, Set<String>> inner = new TreeMap<>();
        for (FolderScan.ClassFile file : scan.files()) {
            Path below = scan.root().relativize(file.path());
            if (below.getNameCount() > 2 && classes.contains(ClassNames.alike(below.getName(1).toString()))) {
                inner.computeIfAbsent(file.className(), _ -> new TreeSet<>()).add(below.getName(1).toString());
            }
        }
        if (2 * inner.size() > scan.classes().size()) {
            return;
        }
        for (Map.Entry<String, Set<String>> one : inner.entrySet()) {
            if (one.getValue().size() > 1) {
                throw new DatasetException(scan.root().resolve(one.getKey())
                        + " is no class: it has folders named as the"
                        + " classes beside it, " + ClassNames.listed(one.getValue())
                        + ". Move the class folders beside it"
                        + " into train/ and rename it to val/, or move it away");
            }
        }
    }

    /// Sentences about what is left out.
    private static String notes(FolderScan scan) {
        int count = scan.loose().size();
        return scan.leftOutSentence() + switch (count) {
            case 0 -> "";
            case 1 -> " The file " + scan.loose().getFirst().name()
                    + " beside the class folders belongs to no class and is left out.";
            default -> " " + count + " files beside the class folders, such as " + scan.loose().getFirst().name()
                    + ", belong to no class and are left out.";
        };
    }

    /// Opens every image of a folder to evaluate a model on; of a folder with a validation part, only that part.
    ///
    /// @param classNames the model's classes; each class folder must be named as one of them, or by its wnid
    /// @param wnids of the classes, one for each name, or none
    public static EvaluationSet openForEvaluation(Path source, List<String> classNames, List<String> wnids)
            throws IOException {
        FolderScan.Parts folders = FolderScan.Parts.of(source);
        FolderScan scan = FolderScan.of(folders.validation().orElse(folders.training()));
        requireImages(scan);
        Map<String, Integer> labels = ClassNames.indices(classNames);
        ClassNames.indices(wnids).forEach(labels::putIfAbsent);
        ClassNames.requireKnown(scan.root(), scan.classes(), labels.keySet(), classNames);
        String leftOut = scan.leftOutSentence();
        return EvaluationSet.all(images(source, scan, classNames, labels),
                leftOut.isEmpty() ? scan.root() : scan.root() + "." + leftOut, List.of());
    }

    /// @param labels of all classes that the scan found
    private static ImageDataset images(
            Path source, FolderScan scan, List<String> classes, Map<String, Integer> labels) {
        String prefix = scan.root().equals(source) ? "" : scan.root().getFileName() + "/";
        return new ImageDataset(classes, scan.files().stream()
                .map(file -> file.sample(labels.getOrDefault(file.className(), -1), prefix)).toList());
    }

    private static String sentence(FolderScan training, FolderScan validation) {
        return "Training pictures from " + training.root().getFileName() + "/, validation pictures from "
                + validation.root().getFileName() + "/.";
    }

    private static void requireImages(FolderScan scan) throws DatasetException {
        if (!scan.files().isEmpty()) {
            return;
        }
        if (!scan.classes().isEmpty()) {
            throw new DatasetException(
                    scan.root() + " holds no pictures: its folders " + ClassNames.listed(scan.classes())
                            + " are empty. Put the pictures of each class into its folder");
        }
        if (scan.loose().isEmpty()) {
            throw new DatasetException(scan.root() + " holds no pictures: it is empty; expected " + Datasets.FORMS);
        }
        String found = scan.root() + " holds " + Texts.count(scan.loose().size(), "file") + " but no class folders";
        if (scan.loose().stream().anyMatch(file -> WebDataset.isLabel(file.name()))) {
            throw new DatasetException(found + ", as an unpacked WebDataset does. Pack it as a tar (tar -cf"
                    + " pictures.tar --sort=name *), or list the pictures with their labels in a .csv file");
        }
        Optional<String> packed = scan.loose().stream().map(FolderScan.ClassFile::name)
                .filter(name -> PACKED.matcher(name).find()).findFirst();
        if (packed.isPresent()) {
            throw new DatasetException(found + ". Unpack archives such as " + packed.get()
                    + " first, or pack their pictures as tars without compression (WebDataset)");
        }
        throw new DatasetException(found + ", so no picture has a class. Move every picture into a folder named after"
                + " its class, or list them with their labels in a .csv file");
    }
}
