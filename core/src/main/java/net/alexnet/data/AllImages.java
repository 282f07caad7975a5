package net.alexnet.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.alexnet.data.FolderScan.ClassFile;

/// Every picture of a source, whether it has a class or not. Of a folder those are the files in it, which have none, and
/// those below its subfolders, whose names are the classes; or the same below `train/`, `val/` and `test/`. What else
/// [Datasets] knows has both its parts taken.
public final class AllImages {
    /// The class of pictures that have none.
    public static final String UNKNOWN = "";

    private static final double HALF = 0.5; // split where the source has no split of its own; both parts are taken

    private AllImages() {}

    /// The name of a picture's class, if it has one.
    public static Optional<String> className(ImageDataset set, int index) {
        return Optional.of(set.classes().get(set.label(index))).filter(name -> !name.equals(UNKNOWN));
    }

    /// Opens a folder or a single file.
    ///
    /// @throws DatasetException if there is no image
    public static ImageDataset open(Path source) throws IOException {
        if (Files.isRegularFile(source)) {
            return new ImageDataset(List.of(UNKNOWN),
                    List.of(new Sample(new ImageFile(source), 0, source.toString())));
        }
        if (!Files.isDirectory(source)) {
            throw new DatasetException("there is no file or folder " + source);
        }
        Optional<Dataset> dataset = Datasets.openFiles(source, new TrainValidationSplit(HALF, 1), List.of());
        return dataset.isPresent()
                ? ImageDataset.concat(List.of(dataset.get().training(), dataset.get().validation()))
                : below(source);
    }

    /// The files in a folder and below, sorted by path, as training on the folder finds them: hidden files and folders are left
    /// out, and links are followed.
    public static List<Path> files(Path folder) throws IOException {
        FolderScan scan = FolderScan.of(folder);
        return Stream.concat(scan.loose().stream(), scan.files().stream())
                .sorted(Comparator.comparing(ClassFile::name))
                .map(ClassFile::path)
                .toList();
    }

    private static ImageDataset below(Path source) throws IOException {
        List<ClassFile> files = new ArrayList<>();
        TreeSet<String> classes = new TreeSet<>();
        FolderScan whole = FolderScan.of(source);
        List<Path> parts = SplitFolders.of(source).parts();
        for (Path root : parts) {
            FolderScan part = FolderScan.of(root);
            classes.addAll(part.classes());
            files.addAll(named(root, part.files()));
            files.addAll(named(root, part.loose()));
        }
        for (ClassFile file : whole.files()) {
            if (parts.stream().noneMatch(root -> file.path().startsWith(root))) {
                files.add(file);
                classes.add(file.className());
            }
        }
        files.addAll(whole.loose());
        if (files.isEmpty()) {
            throw new DatasetException(source + " holds no pictures: there is no file in it or below it");
        }
        List<String> names = new ArrayList<>(List.of(UNKNOWN));
        names.addAll(classes);
        List<Sample> samples = files.stream()
                .map(file -> new Sample(new ImageFile(file.path()), names.indexOf(file.className()), file.name()))
                .sorted(Comparator.comparing(Sample::name))
                .toList();
        return new ImageDataset(names, samples);
    }

    private static List<ClassFile> named(Path root, List<ClassFile> files) {
        return files.stream()
                .map(file -> new ClassFile(file.className(), file.path(), root.getFileName() + "/" + file.name()))
                .toList();
    }
}
