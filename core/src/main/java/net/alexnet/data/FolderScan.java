package net.alexnet.data;

import module java.base;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Texts;

/// The files below a folder of class folders, in an order that does not depend on the file system.
///
/// Links to folders are followed within the file system of the root, and every folder is read once: a few links could
/// otherwise make millions of paths, or lead into the files of the kernel. A folder is read under its own path rather than
/// by a link.
///
/// @param root the folder
/// @param classes the names of its subfolders, empty ones too, sorted
/// @param files every file below a subfolder at any depth, sorted by path
/// @param loose the files beside the subfolders, sorted; they have no class, so its name is empty
/// @param leftOut the links to folders that were not followed, by their paths below the root, sorted
/// @param sorted the folders that a model sorted pictures into, which are left out, by their paths below the root, sorted
record FolderScan(Path root, List<String> classes, List<ClassFile> files, List<ClassFile> loose,
        List<String> leftOut, List<String> sorted) {
    /// @param className the subfolder that it is in
    /// @param path the file
    /// @param name its path below the root, with `/` between its parts
    record ClassFile(String className, Path path, String name) {
        Sample sample(int label, String prefix) {
            return new Sample(new ImageFile(path), label, prefix + name);
        }
    }

    static FolderScan of(Path root) throws IOException {
        if (isOfKernel(root)) { // `val/` may be a link
            throw new DatasetException(root + " holds files of the operating system; expected pictures");
        }
        Walk walk = new Walk(root);
        walk.run();
        walk.files.sort(Comparator.comparing(ClassFile::name));
        return new FolderScan(root, List.copyOf(walk.classes),
                walk.files.stream().filter(file -> !file.className.isEmpty()).toList(),
                walk.files.stream().filter(file -> file.className.isEmpty()).toList(),
                walk.leftOut.stream().sorted().toList(), walk.sorted.stream().sorted().toList());
    }

    /// Sentences about the folders that were left out; empty if there are none.
    String leftOutSentence() {
        String links = leftOut.isEmpty()
                ? ""
                : " Left out: " + Texts.listed(leftOut, SHOWN) + (leftOut.size() == 1 ? ", a link" : ", links")
                        + " to folders that are read already or are in another file system.";
        return sorted.isEmpty()
                ? links
                : links + " Left out: " + Texts.listed(sorted, SHOWN)
                        + ", made by classify --sort-into; without the file "
                        + Datasets.SORTED + " in it, it is read.";
    }

    /// What to do if the classes may be further down, because no picture is directly in a class folder.
    Optional<String> deeper() {
        List<ClassFile> pictures = files.stream().filter(file -> isPicture(file.path())).toList();
        List<ClassFile> counted = pictures.isEmpty() ? files : pictures; // pictures may have other endings
        if (counted.isEmpty() || counted.stream().anyMatch(file -> file.name().split("/").length == 2)) {
            return Optional.empty();
        }
        Path folder = Objects.requireNonNull(counted.getFirst().path().getParent());
        return Optional.of("If folders such as " + folder.getFileName() + " are the classes, give "
                + folder.getParent());
    }

    /// Whether a file's name is that of a picture.
    static boolean isPicture(Path file) {
        return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT)
                .matches(".+[.](jpe?g|png|webp|gif|tiff?|bmp|ppm|pgm|jp2|avif)");
    }

    private static final int SHOWN = 3;

    /// File systems without a disk: the kernel makes their files, refuses to read some, and changes them at any time.
    private static final Set<String> KERNEL = Set.of("proc", "sysfs", "debugfs", "tracefs", "securityfs", "configfs",
            "cgroup", "cgroup2", "bpf", "pstore", "efivarfs", "devpts", "devtmpfs");

    /// Whether a file or a folder is the kernel's.
    static boolean isOfKernel(Path path) {
        try {
            return KERNEL.contains(Files.getFileStore(path).type());
        } catch (IOException e) {
            return false; // reading it will report the failure
        }
    }

    /// Reads the folders first, and those that only links lead to afterwards.
    private static final class Walk {
        private final Path root;
        private final Object fileSystem;
        private final TreeSet<String> classes = new TreeSet<>();
        private final List<ClassFile> files = new ArrayList<>();
        private final List<String> leftOut = new ArrayList<>();
        private final List<String> sorted = new ArrayList<>();
        private final Set<Path> read = new HashSet<>();
        private final Deque<Path> folders = new ArrayDeque<>();
        private final TreeSet<Path> links = new TreeSet<>();

        Walk(Path root) throws IOException {
            this.root = root;
            this.fileSystem = fileSystem(root);
        }

        void run() throws DatasetException {
            boolean byLink = false;
            folders.add(root);
            while (!folders.isEmpty() || !links.isEmpty()) {
                byLink |= folders.isEmpty();
                Path folder = folders.isEmpty() ? Objects.requireNonNull(links.pollFirst()) : folders.removeLast();
                try {
                    if ((byLink && !fileSystem(folder).equals(fileSystem)) || !read.add(folder.toRealPath())) {
                        leftOut.add(name(folder));
                    } else if (folder.equals(root) || !isOurOutput(folder)) {
                        noteClass(folder);
                        readFolder(folder);
                    } else if (isSorted(folder)) {
                        sorted.add(name(folder));
                    }
                } catch (DirectoryIteratorException e) {
                    throw unreadable(Objects.requireNonNull(e.getCause()));
                } catch (DatasetException e) {
                    throw e;
                } catch (IOException e) {
                    throw unreadable(e);
                }
            }
        }

        private DatasetException unreadable(IOException failure) {
            return new DatasetException("cannot read all of " + root + ": " + AtomicFiles.reason(failure), failure);
        }

        private void noteClass(Path folder) throws DatasetException {
            if (root.equals(folder.getParent())) {
                requireReadableName(folder);
                classes.add(name(folder));
            }
        }

        private void readFolder(Path folder) throws IOException {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
                for (Path entry : entries) {
                    if (!hidden(entry)) {
                        note(entry);
                    }
                }
            }
        }

        private void note(Path entry) throws IOException {
            BasicFileAttributes own = Files.readAttributes(entry, BasicFileAttributes.class,
                    LinkOption.NOFOLLOW_LINKS);
            BasicFileAttributes attributes = own.isSymbolicLink() ? ofTarget(entry).orElse(own) : own;
            if (attributes.isDirectory()) {
                (own.isSymbolicLink() ? links : folders).add(entry);
            } else if (attributes.isRegularFile() || attributes.isSymbolicLink()) {
                // A link that leads nowhere is listed, so that it is reported as unreadable.
                Path below = root.relativize(entry);
                files.add(new ClassFile(
                        below.getNameCount() == 1 ? "" : below.getName(0).toString(), entry, name(entry)));
            }
        }

        private static Optional<BasicFileAttributes> ofTarget(Path link) {
            try {
                return Optional.of(Files.readAttributes(link, BasicFileAttributes.class));
            } catch (IOException e) {
                return Optional.empty();
            }
        }

        private String name(Path path) {
            return root.relativize(path).toString().replace(path.getFileSystem().getSeparator(), "/");
        }

        /// A number on POSIX systems, where the same file system may be mounted at several places.
        private static Object fileSystem(Path folder) throws IOException {
            return folder.getFileSystem().supportedFileAttributeViews().contains("unix")
                    ? Files.getAttribute(folder, "unix:dev")
                    : Files.getFileStore(folder);
        }
    }

    /// What operating systems, network disks and archives put beside a user's files, in lower case.
    private static final Set<String> OF_SYSTEMS = Set.of("__macosx", "@eadir", "#recycle", "@recycle", "lost+found",
            "system volume information", "$recycle.bin", "recycler", "#snapshot", "~snapshot", "@tmp",
            "@recently-snapshot", "@__thumb", "@sharebin", "@transcode", "@docker", "@appstore", "#archive",
            "network trash folder", "temporary items", "thevolumesettingsfolder", "onedrivetemp",
            "config.msi", "_gsdata_", "__pycache__", "thumbs.db", "ehthumbs.db", "desktop.ini",
            "picasa.ini",
            "icon\r");

    /// Whether a file or a folder in a source is left out.
    static boolean leavesOut(Path entry) {
        return hidden(entry) || (Files.isDirectory(entry) && isOurOutput(entry));
    }

    /// Folders that systems and tools number or name after something, in lower case: what `chkdsk` found, and the libraries of
    /// Lightroom and of Apple's Photos.
    private static final Pattern OF_TOOLS = Pattern.compile("found\\.\\d{3}|.*\\.(lrdata|photoslibrary)");

    /// Whether a file is not the user's data: dot files, and files of systems.
    private static boolean hidden(Path path) {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        return name.startsWith(".") || OF_SYSTEMS.contains(name) || OF_TOOLS.matcher(name).matches();
    }

    /// Whether a folder is a prepared dataset, a run, a folder of runs, or one of pictures that were sorted into classes:
    /// `train --data .` writes `runs/` into the data.
    private static boolean isOurOutput(Path folder) {
        if (PreparedDataset.isIn(folder) || isRun(folder) || isSorted(folder)) {
            return true;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.anyMatch(entry -> Files.isDirectory(entry) && isRun(entry));
        } catch (IOException e) {
            return false; // the walk reports it
        }
    }

    /// Whether `classify --sort-into` made this folder. One named `train`, `val` or `test` does not count: the user has made it a
    /// part of the data.
    private static boolean isSorted(Path folder) {
        return Files.exists(folder.resolve(Datasets.SORTED))
                && SourcePart.named(String.valueOf(folder.getFileName())).isEmpty();
    }

    private static boolean isRun(Path folder) {
        return Files.isRegularFile(folder.resolve("recipe.yaml")) && Files.isRegularFile(folder.resolve("log.jsonl"));
    }

    /// Two names that are not UTF-8 may look the same, and their folders would become one class.
    private static void requireReadableName(Path folder) throws DatasetException {
        if (folder.toString().indexOf('\uFFFD') >= 0) {
            throw new DatasetException(
                    "the name of the folder " + folder + " is not UTF-8. Rename the folder; the program"
                            + " convmv converts many names at once");
        }
    }

    /// The parts of a source folder: in `train/` and `val/`, or all together in the folder itself.
    ///
    /// A folder named like a part is a part only if both parts are there, or nothing else is; otherwise it is a class: a
    /// collection of vehicles may well have a class `train`. Upper and lower case are the same, as are the other usual
    /// names.
    ///
    /// @param training the folder of class folders for training
    /// @param validation the folder of class folders for validation; empty if there is none
    /// @param all all folders named like a part, these two and others, such as a `test/` beside `val/`; empty if there is
    ///     no part
    record Parts(Path training, Optional<Path> validation, List<Path> all) {
        static Parts of(Path source) throws IOException {
            List<Path> folders;
            try (Stream<Path> entries = Files.list(source)) {
                folders = entries.filter(entry -> Files.isDirectory(entry) && !leavesOut(entry))
                        .sorted().toList();
            }
            Optional<Path> training = first(SourcePart.TRAINING, folders);
            Optional<Path> validation = first(SourcePart.VALIDATION, folders)
                    .or(() -> first(SourcePart.TEST, folders));
            boolean alone = folders.size() == 1;
            boolean split = training.isPresent() ? validation.isPresent() || alone : alone && validation.isPresent();
            return split
                    ? new Parts(training.orElse(source), validation,
                            folders.stream().filter(folder -> part(folder).isPresent()).toList())
                    : new Parts(source, Optional.empty(), List.of());
        }

        private static Optional<SourcePart> part(Path folder) {
            return SourcePart.named(String.valueOf(folder.getFileName()));
        }

        private static Optional<Path> first(SourcePart wanted, List<Path> folders) {
            return folders.stream().filter(folder -> part(folder).equals(Optional.of(wanted)))
                    .min(Comparator.comparingInt(folder -> wanted.rank(String.valueOf(folder.getFileName()))));
        }
    }
}
