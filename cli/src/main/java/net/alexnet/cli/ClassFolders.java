package net.alexnet.cli;

import module java.base;
import net.alexnet.data.ClassNames;
import net.alexnet.data.Datasets;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.RegularFile;

/// The folder of `classify --sort-into`: a subfolder for each class, with the pictures of that class. Nothing that is there
/// is ever replaced, and nothing outside of the folder is written.
final class ClassFolders {
    private final Path root;
    private final boolean links;
    private final Map<String, String> names = new HashMap<>();

    /// @param root made with its first picture
    /// @param links whether pictures are linked, not copied
    ClassFolders(Path root, List<String> classes, boolean links) {
        this.root = root;
        this.links = links;
        List<String> folders = ClassNames.folders(classes);
        for (int i = 0; i < folders.size(); i++) {
            names.putIfAbsent(classes.get(i), folders.get(i));
        }
    }

    /// Puts a picture into the folder of a class under its own name, or with a number if another picture has that name.
    ///
    /// @return whether it was put there now; false if it was there already
    boolean add(Path picture, String className) throws IOException {
        Path folder = folder(Objects.requireNonNull(names.get(className)));
        for (int number = 1;; number++) {
            Path target = folder.resolve(numbered(String.valueOf(picture.getFileName()), number));
            if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                put(picture, target);
                return true;
            }
            if (isSame(picture, target)) {
                return false;
            }
        }
    }

    private Path folder(String name) throws IOException {
        boolean isNew = !Files.exists(root, LinkOption.NOFOLLOW_LINKS);
        RegularFile.makeFolder(root);
        if (isNew) {
            AtomicFiles.writeString(root.resolve(Datasets.SORTED),
                    "alexnet classify --sort-into made this folder. Within other data it is left out.\n");
        }
        Path folder = root.resolve(name);
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) { // a link may lead out of the root
            try {
                Files.createDirectory(folder);
            } catch (FileAlreadyExistsException e) {
                throw new IOException(folder + " is a link or a file, expected a folder. Move it away, or name another"
                        + " folder with --sort-into", e);
            }
        }
        return folder;
    }

    /// `1.jpg`, `1-2.jpg`, `1-3.jpg`.
    private static String numbered(String name, int number) {
        int dot = name.lastIndexOf('.');
        int end = dot > 0 ? dot : name.length();
        return number == 1 ? name : name.substring(0, end) + "-" + number + name.substring(end);
    }

    private static boolean isSame(Path picture, Path target) throws IOException {
        if (Files.exists(target) && Files.isSameFile(picture, target)) {
            return true;
        }
        return Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)
                && Files.size(target) == Files.size(picture) && Files.mismatch(target, picture) < 0;
    }

    private void put(Path picture, Path target) throws IOException {
        if (links) {
            try {
                Files.createSymbolicLink(target, picture.toRealPath());
            } catch (UnsupportedOperationException | FileSystemException e) {
                throw new IOException("cannot make the link " + target + ". Leave out --link to copy the pictures", e);
            }
            return;
        }
        // not in its place at once, so that a killed process leaves no part of a picture
        Path draft = target.resolveSibling("." + UUID.randomUUID() + ".tmp");
        try {
            Files.copy(picture, draft, StandardCopyOption.COPY_ATTRIBUTES);
            Files.move(draft, target);
        } catch (IOException e) {
            throw new IOException("cannot copy " + picture + " to " + target + ": " + AtomicFiles.reason(e), e);
        } finally {
            Files.deleteIfExists(draft);
        }
    }
}
