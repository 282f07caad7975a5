package net.alexnet.data;

import module java.base;
import net.alexnet.data.FolderScan.ClassFile;

/// Every image of a source, whether it has a class or not. Files in a folder have none; those below its subfolders have
/// the subfolders' names as classes; the same holds below `train/`, `val/` and `test/`. Both parts of the other sources
/// that [Datasets] knows are taken.
public final class AllImages {
    /// The class of images that have none.
    public static final String UNKNOWN = "";

    private static final double HALF = 0.5; // split where the source has no split of its own; both parts are taken

    private AllImages() {}

    /// The name of an image's class, if it has one.
    public static Optional<String> className(ImageDataset set, int index) {
        return Optional.of(set.classes().get(set.label(index))).filter(name -> !name.equals(UNKNOWN));
    }

    /// Opens a folder or a single file.
    ///
    /// @throws DatasetException if there is no image
    public static ImageDataset open(Path source) throws IOException {
        Optional<Dataset> dataset = Datasets.openFiles(source, new TrainValidationSplit(HALF, 1), List.of());
        if (dataset.isPresent()) {
            return ImageDataset.concat(List.of(dataset.get().training(), dataset.get().validation()));
        }
        if (Files.isRegularFile(source)) {
            return new ImageDataset(List.of(UNKNOWN),
                    List.of(new Sample(new ImageFile(source), 0, source.toString())));
        }
        if (!Files.isDirectory(source)) {
            throw new DatasetException("there is no file or folder " + source);
        }
        return below(source);
    }

    /// The files in a folder and below, sorted by path, as training on the folder finds them: hidden files and folders are
    /// left out, and links are followed.
    public static List<Path> files(Path folder) throws IOException {
        return all(FolderScan.of(folder)).sorted(Comparator.comparing(ClassFile::name)).map(ClassFile::path).toList();
    }

    private static Stream<ClassFile> all(FolderScan scan) {
        return Stream.concat(scan.files().stream(), scan.loose().stream());
    }

    private static ImageDataset below(Path source) throws IOException {
        List<Path> parts = FolderScan.Parts.of(source).all();
        List<ClassFile> files = new ArrayList<>();
        TreeSet<String> classes = new TreeSet<>();
        for (Path root : parts) {
            FolderScan part = FolderScan.of(root);
            classes.addAll(part.classes());
            all(part).map(file -> new ClassFile(file.className(), file.path(), root.getFileName() + "/" + file.name()))
                    .forEach(files::add);
        }
        all(FolderScan.of(source)).filter(file -> parts.stream().noneMatch(file.path()::startsWith))
                .forEach(file -> {
                    files.add(file);
                    classes.add(file.className());
                });
        if (files.isEmpty()) {
            throw new DatasetException(source + " holds no pictures: there is no file in it or below it");
        }
        classes.add(UNKNOWN); // sorted before all others
        List<String> names = List.copyOf(classes);
        return new ImageDataset(names, files.stream()
                .map(file -> file.sample(names.indexOf(file.className()), ""))
                .sorted(Comparator.comparing(Sample::name))
                .toList());
    }
}
