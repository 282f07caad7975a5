package net.alexnet.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import net.alexnet.data.FolderScan.ClassFile;
import net.alexnet.data.image.ImageCodec;

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
    /// @param channels of the pictures as they are read, 1 or 3
    /// @throws DatasetException if there is no picture
    public static ImageDataset open(Path source, ImageCodec codec, int channels) throws IOException {
        if (Files.isRegularFile(source)) {
            return new ImageFiles(List.of(UNKNOWN),
                    List.of(new ImageFiles.Entry(source, source.toString(), 0)), codec, channels);
        }
        if (!Files.isDirectory(source)) {
            throw new DatasetException("there is no file or folder " + source);
        }
        if (IdxFiles.in(source).present() || Cifar10.in(source, channels).present()
                || Ilsvrc2012.in(source, codec, channels).present()) {
            Dataset dataset = Datasets.open(source, codec, channels, 1, HALF, List.of());
            return new ConcatDataset(List.of(dataset.training(), dataset.validation()));
        }
        return below(source, codec, channels);
    }

    private static ImageDataset below(Path source, ImageCodec codec, int channels) throws IOException {
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
        return new ImageFiles(names,
                files.stream()
                        .map(file -> new ImageFiles.Entry(file.path(), file.name(), names.indexOf(file.className())))
                        .sorted(Comparator.comparing(ImageFiles.Entry::name))
                        .toList(),
                codec, channels);
    }

    private static List<ClassFile> named(Path root, List<ClassFile> files) {
        return files.stream()
                .map(file -> new ClassFile(file.className(), file.path(), root.getFileName() + "/" + file.name()))
                .toList();
    }
}
