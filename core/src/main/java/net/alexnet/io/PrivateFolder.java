package net.alexnet.io;

import module java.base;

/// Makes and checks folders whose files the program trusts, such as native libraries. Other users must not be able to write
/// to them. Only POSIX systems are checked; elsewhere the user's cache folder is taken to be private.
public final class PrivateFolder {
    private static final int OTHERS_WRITE = 0002;
    private static final int GROUP_WRITES = 0020;
    private static final int STICKY = 01000; // only a file's owner may rename or remove it
    private static final Set<PosixFilePermission> ONLY_OWNER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> OWNERS_FILE = PosixFilePermissions.fromString("rw-------");

    private PrivateFolder() {}

    /// Makes a folder that only this user may enter. A folder that is there is checked, and closed to others.
    ///
    /// @throws IOException if it cannot be made, or others could have put something there
    public static void make(Path folder) throws IOException {
        if (!isPosix(folder)) {
            Files.createDirectories(folder);
            return;
        }
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder.toAbsolutePath().resolveSibling(""));
            try {
                Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(ONLY_OWNER));
            } catch (FileAlreadyExistsException e) {
                // another process was faster, or it is a file, which the check says
            }
        }
        require(folder);
        if (!ONLY_OWNER.containsAll(Files.getPosixFilePermissions(folder))) {
            Files.setPosixFilePermissions(folder, ONLY_OWNER);
        }
    }

    /// Makes an empty file. In a folder that others may not enter it is closed to them as well, whatever the process's mask is.
    ///
    /// @throws FileAlreadyExistsException if the name is taken
    public static void createFile(Path file) throws IOException {
        Path folder = file.toAbsolutePath().resolveSibling("");
        if (isPosix(file) && Files.isDirectory(folder)
                && ONLY_OWNER.containsAll(Files.getPosixFilePermissions(folder))) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNERS_FILE));
        } else {
            Files.createFile(file);
        }
    }

    /// Checks that only this user and the owner of `/` can change what is at a path: they own the folder, the folders above
    /// it and the links to it, and others may not write there.
    ///
    /// @throws IOException naming the folder that is open to others, or if there is no folder
    public static void require(Path folder) throws IOException {
        if (!isPosix(folder)) {
            return;
        }
        Path real = folder.toRealPath();
        if (!Files.isDirectory(real)) {
            throw new NotDirectoryException(folder.toString());
        }
        int user = user();
        int trusted = number(Objects.requireNonNull(real.getRoot()), "uid"); // root, or whom a container shows in its place
        for (Path end : List.of(folder.toAbsolutePath(), real)) {
            for (Path part = end; part != null && part.getNameCount() > 0; part = part.getParent()) {
                int owner = number(part, "uid");
                int mode = number(part, "mode");
                boolean link = Files.isSymbolicLink(part); // its mode means nothing
                if (owner != user && owner != trusted) {
                    throw refused(part, "it belongs to another user");
                }
                if (!link && (mode & OTHERS_WRITE) != 0 && (mode & STICKY) == 0) {
                    throw refused(part, "other users may write to it");
                }
            }
        }
    }

    /// The same as [#require] for a folder of native libraries: the group may not write to it either, unless it is the user's
    /// own group, and all that is in it is this user's or that of the owner of `/`. While the folder was open to others, one of
    /// them may have put a file there.
    public static void requireAlone(Path folder) throws IOException {
        require(folder);
        if (!isPosix(folder)) {
            return;
        }
        PosixFileAttributes attributes = Files.readAttributes(folder, PosixFileAttributes.class);
        int mode = number(folder, "mode");
        if ((mode & (GROUP_WRITES | OTHERS_WRITE)) != 0
                && !((mode & OTHERS_WRITE) == 0
                        && attributes.group().getName().equals(attributes.owner().getName()))) {
            throw refused(folder, "other users may write to it");
        }
        int user = user();
        int trusted = number(Objects.requireNonNull(folder.toRealPath().getRoot()), "uid");
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : (Iterable<Path>) all::iterator) {
                int owner = number(one, "uid");
                if (owner != user && owner != trusted) {
                    throw refused(one, "it belongs to another user");
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static int number(Path path, String attribute) throws IOException {
        return (int) Files.getAttribute(path, "unix:" + attribute, LinkOption.NOFOLLOW_LINKS);
    }

    private static FileSystemException refused(Path part, String reason) {
        return new FileSystemException(part.toString(), null, reason);
    }

    private static boolean isPosix(Path folder) {
        return folder.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    /// The effective user.
    private static int user() throws IOException {
        Path process = Path.of("/proc/self");
        if (Files.exists(process)) {
            return (int) Files.getAttribute(process, "unix:uid");
        }
        Path probe = Files.createTempFile("alexnet", null); // belongs to this user
        try {
            return number(probe, "uid");
        } finally {
            Files.delete(probe);
        }
    }
}
