package net.alexnet.data;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

/// The files below a folder of class folders, found by one walk that follows links but no loop of them, in an order that
/// does not depend on the file system.
///
/// @param root the folder
/// @param classes the names of its subfolders, empty ones too, sorted
/// @param files every file below a subfolder at any depth, sorted by path
/// @param loose the files beside the subfolders, sorted; they have no class, so its name is empty
record FolderScan(Path root, List<String> classes, List<ClassFile> files, List<ClassFile> loose) {
    /// @param className the subfolder that it is in
    /// @param path the file
    /// @param name its path below the root, with `/` between its parts
    record ClassFile(String className, Path path, String name) {}

    /// Whether a file is not the user's data: dot files, and what macOS adds to an archive.
    static boolean hidden(Path path) {
        String name = String.valueOf(path.getFileName());
        return name.startsWith(".") || name.equals("__MACOSX");
    }

    static FolderScan of(Path root) throws IOException {
        Walk walk = new Walk(root);
        Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, walk);
        walk.files.sort(Comparator.comparing(ClassFile::name));
        walk.loose.sort(Comparator.comparing(ClassFile::name));
        return new FolderScan(root, List.copyOf(walk.classes), List.copyOf(walk.files), List.copyOf(walk.loose));
    }

    /// The names of a folder's visible subfolders, sorted.
    static List<String> subfolders(Path folder) throws IOException {
        try (var entries = Files.newDirectoryStream(folder, entry -> Files.isDirectory(entry) && !hidden(entry))) {
            return StreamSupport.stream(entries.spliterator(), false)
                    .map(entry -> String.valueOf(entry.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private static final class Walk extends SimpleFileVisitor<Path> {
        private final Path root;
        private final TreeSet<String> classes = new TreeSet<>();
        private final List<ClassFile> files = new ArrayList<>();
        private final List<ClassFile> loose = new ArrayList<>();

        Walk(Path root) {
            this.root = root;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            if (folder.equals(root)) {
                return FileVisitResult.CONTINUE;
            }
            if (hidden(folder)) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            Path below = root.relativize(folder);
            if (below.getNameCount() == 1) {
                classes.add(below.toString());
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!attributes.isRegularFile() || hidden(file)) {
                return FileVisitResult.CONTINUE;
            }
            Path below = root.relativize(file);
            if (below.getNameCount() == 1) {
                loose.add(new ClassFile("", file, below.toString()));
            } else {
                String name = below.toString().replace(file.getFileSystem().getSeparator(), "/");
                files.add(new ClassFile(below.getName(0).toString(), file, name));
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof FileSystemLoopException) {
                return FileVisitResult.CONTINUE;
            }
            throw new DatasetException("cannot read " + file + ": " + failure.getMessage(), failure);
        }
    }
}
