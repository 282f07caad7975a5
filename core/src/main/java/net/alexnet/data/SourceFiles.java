package net.alexnet.data;

import module java.base;

/// The files of a dataset that consists of files of one kind, such as tars: one file, those in a folder, or those that a
/// pattern names, as in `shards/train-{000..012}.tar` or `shards/*.tar`.
///
/// In a folder they lie directly, or in subfolders named `data`, `train`, `val` and the like, or as CIFAR-10's archive names
/// its folder; any other subfolder is taken for a class of pictures, and then no file is found.
///
/// @param root the folder that the names are relative to
/// @param files sorted if they are a folder's, else in the pattern's order
record SourceFiles(Path root, List<Path> files) {
    private static final int MOST = 100_000;
    private static final Pattern BRACES = Pattern.compile("\\{([^{}]*)}");
    private static final Pattern RANGE = Pattern.compile("(\\d{1,9})\\.\\.(\\d{1,9})");

    /// Finds files; none if the source is something else.
    ///
    /// @param named accepts their names, in lower case
    static SourceFiles of(Path source, Predicate<String> named) throws IOException {
        if (Files.isDirectory(source)) {
            return new SourceFiles(source, inFolder(source, named));
        }
        boolean fits = isNamed(source, named);
        if (Files.isRegularFile(source)) {
            return new SourceFiles(source.toAbsolutePath().resolveSibling(""), fits ? List.of(source) : List.of());
        }
        return fits && isPattern(source) ? ofPattern(source) : new SourceFiles(source, List.of());
    }

    private static boolean isNamed(Path file, Predicate<String> named) {
        String name = String.valueOf(file.getFileName());
        return named.test(name.toLowerCase(Locale.ROOT)) && !name.startsWith(".");
    }

    /// Whether a path has braces, `*` or `?`.
    static boolean isPattern(Path path) {
        return path.toString().chars().anyMatch(c -> "{*?".indexOf(c) >= 0);
    }

    private static List<Path> inFolder(Path folder, Predicate<String> named) throws IOException {
        List<Path> found = new ArrayList<>();
        Optional<Path> dangling = Optional.empty();
        for (Path entry : entries(folder)) {
            if (isNamed(entry, named) && Files.isSymbolicLink(entry) && !Files.exists(entry)) {
                dangling = Optional.of(entry);
            }
            if (Files.isRegularFile(entry) && isNamed(entry, named)) {
                found.add(entry);
            } else if (Files.isDirectory(entry) && !entry.getFileName().toString().startsWith(".")) {
                List<Path> files = isPart(entry) ? onlyFiles(entry, named) : List.of();
                if (files.isEmpty()) {
                    return List.of();
                }
                found.addAll(files);
            }
        }
        if (dangling.isPresent()) { // it holds no class folders, so the link stands for a file of the dataset
            throw new DatasetException("the link " + dangling.get() + " leads to no file: fetch the file, or remove the"
                    + " link");
        }
        return List.copyOf(found);
    }

    /// Whether a folder is a part of a source and no class.
    static boolean isPart(Path folder) {
        String name = folder.getFileName().toString();
        return name.equals("data") || name.equals("cifar-10-batches-py") || SourcePart.named(name).isPresent();
    }

    /// The files of a folder without subfolders.
    private static List<Path> onlyFiles(Path folder, Predicate<String> named) throws IOException {
        List<Path> entries = entries(folder);
        return entries.stream().anyMatch(Files::isDirectory)
                ? List.of()
                : entries.stream().filter(file -> isNamed(file, named) && Files.isRegularFile(file)).toList();
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (AccessDeniedException e) {
            return List.of(); // it is reported where class folders are looked for
        }
    }

    private static SourceFiles ofPattern(Path pattern) throws IOException {
        List<Path> found = new ArrayList<>();
        for (String one : expanded(pattern.toString())) {
            Path path = Path.of(one);
            if (!isPattern(path)) {
                if (!Files.isRegularFile(path)) {
                    throw new DatasetException("there is no file " + path + ", which " + pattern + " names");
                }
                found.add(path);
            } else {
                found.addAll(matching(path));
            }
        }
        if (found.isEmpty()) {
            throw new DatasetException("no file is named as in " + pattern);
        }
        Path root = pattern.toAbsolutePath();
        while (isPattern(root)) {
            root = root.resolveSibling("");
        }
        return new SourceFiles(root, found.stream().distinct().toList());
    }

    private static List<Path> matching(Path pattern) throws IOException {
        Path folder = pattern.toAbsolutePath().resolveSibling("");
        if (isPattern(folder) || !Files.isDirectory(folder)) {
            throw new DatasetException(
                    "there is no folder " + folder + "; * and ? may stand in the names of files only");
        }
        String glob = pattern.getFileName().toString().replaceAll("[\\[\\]\\\\]", "\\\\$0");
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
            files.forEach(file -> {
                if (Files.isRegularFile(file)) {
                    found.add(file);
                }
            });
        }
        found.sort(Comparator.naturalOrder());
        return found;
    }

    /// What a pattern's braces stand for: `{000..012}` for numbers of as many digits, `{a,b}` for each of a list.
    static List<String> expanded(String pattern) throws DatasetException {
        List<String> done = List.of(pattern);
        while (true) {
            Matcher braces = BRACES.matcher(done.getFirst());
            if (!braces.find()) {
                return done;
            }
            List<String> next = new ArrayList<>();
            for (String text : done) {
                Matcher first = BRACES.matcher(text);
                first.find();
                for (String choice : choices(first.group(1), pattern)) {
                    next.add(text.substring(0, first.start()) + choice + text.substring(first.end()));
                    if (next.size() > MOST) {
                        throw tooMany(pattern);
                    }
                }
            }
            done = next;
        }
    }

    private static List<String> choices(String list, String pattern) throws DatasetException {
        Matcher range = RANGE.matcher(list);
        if (!range.matches()) {
            return Arrays.asList(list.split(",", -1));
        }
        int from = Integer.parseInt(range.group(1));
        int to = Integer.parseInt(range.group(2));
        if (to - from >= MOST) {
            throw tooMany(pattern);
        }
        String digits = "%0" + range.group(1).length() + "d";
        return IntStream.rangeClosed(from, to).mapToObj(i -> String.format(Locale.ROOT, digits, i)).toList();
    }

    private static DatasetException tooMany(String pattern) {
        return new DatasetException(pattern + " names more than " + MOST + " files");
    }

    boolean isEmpty() {
        return files.isEmpty();
    }

    /// A file's path below the root, with `/` between its parts.
    String name(Path file) {
        return relative(file).toString().replace(file.getFileSystem().getSeparator(), "/");
    }

    private Path relative(Path file) {
        return root.toAbsolutePath().relativize(file.toAbsolutePath());
    }

    // --- parts ---------------------------------------------------------------------------------------------------------

    /// The files of each part, by the words in their names and folders. Files that name no part are for training.
    Map<SourcePart, List<Path>> parts() {
        return files.stream().collect(Collectors.groupingBy(
                file -> SourcePart.of(relative(file)).orElse(SourcePart.TRAINING)));
    }
}
