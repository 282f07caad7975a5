package net.alexnet.data;

import module java.base;

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
    record ClassFile(String className, Path path, String name) {
        Sample sample(int label, String prefix) {
            return new Sample(new ImageFile(path), label, prefix + name);
        }
    }

    static FolderScan of(Path root) throws IOException {
        TreeSet<String> classes = new TreeSet<>();
        List<ClassFile> files = new ArrayList<>();
        Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
                            throws DatasetException {
                        if (folder.equals(root)) {
                            return FileVisitResult.CONTINUE;
                        }
                        if (hidden(folder) || isOurOutput(folder)) {
                            return FileVisitResult.SKIP_SUBTREE;
                        }
                        Path below = root.relativize(folder);
                        if (below.getNameCount() == 1) {
                            requireReadableName(folder);
                            classes.add(below.toString());
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        // A link that leads nowhere is listed, so that it is reported as unreadable.
                        if ((attributes.isRegularFile() || attributes.isSymbolicLink()) && !hidden(file)) {
                            Path below = root.relativize(file);
                            files.add(new ClassFile(below.getNameCount() == 1 ? "" : below.getName(0).toString(), file,
                                    below.toString().replace(file.getFileSystem().getSeparator(), "/")));
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
                });
        files.sort(Comparator.comparing(ClassFile::name));
        return new FolderScan(root, List.copyOf(classes),
                files.stream().filter(file -> !file.className.isEmpty()).toList(),
                files.stream().filter(file -> file.className.isEmpty()).toList());
    }

    /// What operating systems, network disks and archives put beside a user's files.
    private static final Set<String> OF_SYSTEMS = Set.of("__MACOSX", "@eaDir", "#recycle", "@Recycle", "lost+found",
            "System Volume Information", "$RECYCLE.BIN", "Thumbs.db", "desktop.ini");

    /// Whether a file is not the user's data: dot files, and files of systems.
    private static boolean hidden(Path path) {
        String name = String.valueOf(path.getFileName());
        return name.startsWith(".") || OF_SYSTEMS.contains(name);
    }

    /// Whether a folder is a prepared dataset, a run, or a folder of runs: `train --data .` writes `runs/` into the data.
    private static boolean isOurOutput(Path folder) {
        if (PreparedDataset.isIn(folder) || isRun(folder)) {
            return true;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.anyMatch(entry -> Files.isDirectory(entry) && isRun(entry));
        } catch (IOException e) {
            return false; // the walk reports it
        }
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
        private static final List<String> TRAINING = List.of("train", "training");
        private static final List<String> VALIDATION = List.of("val", "valid", "validation", "test", "testing");

        static Parts of(Path source) throws IOException {
            List<Path> folders;
            try (Stream<Path> entries = Files.list(source)) {
                folders = entries.filter(entry -> Files.isDirectory(entry) && !hidden(entry) && !isOurOutput(entry))
                        .sorted().toList();
            }
            Optional<Path> training = first(TRAINING, folders);
            Optional<Path> validation = first(VALIDATION, folders);
            boolean alone = folders.size() == 1;
            boolean split = training.isPresent() ? validation.isPresent() || alone : alone && validation.isPresent();
            return split
                    ? new Parts(training.orElse(source), validation, folders.stream().filter(Parts::isPart).toList())
                    : new Parts(source, Optional.empty(), List.of());
        }

        private static boolean isPart(Path folder) {
            return TRAINING.contains(name(folder)) || VALIDATION.contains(name(folder));
        }

        private static String name(Path folder) {
            return String.valueOf(folder.getFileName()).toLowerCase(Locale.ROOT);
        }

        private static Optional<Path> first(List<String> wanted, List<Path> folders) {
            return wanted.stream().flatMap(name -> folders.stream().filter(folder -> name(folder).equals(name)))
                    .findFirst();
        }
    }
}
