package net.alexnet.server.studio;

import module java.base;
import net.alexnet.data.Dataset;
import net.alexnet.data.Datasets;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.PreparedDataset;
import net.alexnet.data.Sample;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.inference.Engines;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Hashes;
import net.alexnet.server.HttpFailure;
import org.jspecify.annotations.Nullable;

/// The folders and lists of pictures that may be trained on: those below some roots, by ids. No
/// address has a path. What a link of them leads to outside of the roots is neither read nor
/// trained on.
final class TrainingFolders {
    private static final int DEPTH = 3;
    private static final int MOST = 500;
    private static final int LOOKED_AT = 2000; // entries of a folder
    private static final int SIDE = 32; // to decode a picture at all
    private static final double HELD_OUT = 0.2;
    private static final int LISTED = 50;

    private final List<Path> roots;

    /// @param roots the folders themselves may be chosen, too
    TrainingFolders(List<Path> roots) {
        this.roots = List.copyOf(roots);
    }

    /// A folder or a list by its id.
    Optional<Path> find(String id) throws IOException {
        return Optional.ofNullable(all().get(id));
    }

    /// All folders that have folders or files of pictures, and CSV files that list some, by their
    /// ids. Links that lead out of the roots are left out, and so are folders that cannot be read.
    SequencedMap<String, Path> all() throws IOException {
        Roots within = Roots.of(roots);
        SequencedMap<String, Path> found = new LinkedHashMap<>();
        for (Path root : within.real()) {
            List<Path> below = new ArrayList<>();
            Files.walkFileTree(root, Set.of(), DEPTH, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    return note(folder, isSource(folder, within));
                }

                private FileVisitResult note(Path source, boolean usable) {
                    if (usable) {
                        below.add(source);
                    }
                    return below.size() < MOST ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    return attributes.isDirectory() // at the greatest depth
                            ? preVisitDirectory(file, attributes)
                            : note(file, attributes.isRegularFile() && Datasets.isList(file));
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) {
                    return FileVisitResult.CONTINUE; // removed meanwhile, or not ours to read
                }

                @Override
                public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) {
                    return FileVisitResult.CONTINUE;
                }
            });
            below.stream().sorted().forEach(one -> found.put(
                    Hashes.hex(one.toString().getBytes(StandardCharsets.UTF_8)).substring(0, 12), one));
        }
        return found;
    }

    /// Class folders, or files of a format. A folder of pictures without classes in it is a class
    /// itself.
    private static boolean isSource(Path folder, Roots roots) {
        try (Stream<Path> inside = Files.list(folder)) {
            List<Path> first = inside.limit(LOOKED_AT).toList();
            for (Path one : first) {
                if (Files.isSymbolicLink(one) && !Datasets.leavesOut(one) && !roots.contain(one)) {
                    return false;
                }
            }
            return PreparedDataset.isIn(folder) || Datasets.hasFiles(folder)
                    || (Files.isDirectory(folder.resolve("train")) && isSource(folder.resolve("train"), roots))
                    || first.stream().filter(Files::isDirectory).filter(TrainingFolders::hasFile).limit(2).count() == 2;
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private static boolean hasFile(Path folder) {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.anyMatch(Files::isRegularFile);
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    /// What is in a folder.
    ///
    /// @param counts of the pictures of each class
    /// @param broken pictures that cannot be read, and why
    /// @param brokenCount how many there are
    /// @param duplicates pictures whose bytes are those of an earlier one
    /// @param warnings of the classes
    record Contents(Map<String, Integer> counts, List<String> broken, int brokenCount, List<String> duplicates,
            int duplicateCount, List<String> warnings, String problem) {}

    /// Refuses a source of which training would read something outside of the roots.
    ///
    /// @throws HttpFailure of status 403
    void requireWithin(Path source) throws IOException, HttpFailure {
        Roots within = Roots.of(roots);
        requireNoLinkOut(source, within);
        if (Datasets.isList(source)) {
            requireWithin(source, open(source, Engines.find().codec()), within);
        }
    }

    private static void requireNoLinkOut(Path source, Roots within) throws IOException, HttpFailure {
        Path classes = source.resolveSibling("classes.txt"); // names the classes of a list of numbers
        Path folder = Files.isDirectory(source) ? source : source.resolveSibling(""); // of shards{1..3}.tar
        if (!within.contain(source)) {
            throw new HttpFailure(403, within.name(source) + " is in none of the folders that --data names. Name the"
                    + " folder that it is in by --data, too");
        }
        Optional<Path> out = !Files.isRegularFile(source)
                ? within.leadingOut(folder)
                : within.contain(classes) ? Optional.empty() : Optional.of(classes);
        if (out.isPresent()) {
            throw leadsOut(within.name(out.get()), within.name(source));
        }
    }

    /// Refuses a dataset with a picture in a file that is not below the roots.
    private static void requireWithin(Path source, Dataset dataset, Roots within) throws IOException, HttpFailure {
        for (Sample sample : pictures(dataset).samples()) {
            Optional<Path> file = sample.source().path();
            if (file.isPresent() && !within.contain(file.get())) {
                throw leadsOut(sample.name(), within.name(source));
            }
        }
    }

    private static HttpFailure leadsOut(String what, String source) {
        return new HttpFailure(403, what + " leads out of the folders that --data names, so " + source
                + " is not read. Remove it, or name the folder it leads to by --data, too");
    }

    private static Dataset open(Path source, ImageCodec codec) throws IOException {
        return PreparedDataset.isIn(source)
                ? PreparedDataset.open(source, codec).dataset()
                : Datasets.open(source, 1, HELD_OUT, List.of());
    }

    private static ImageDataset pictures(Dataset dataset) {
        return ImageDataset.concat(List.of(dataset.training(), dataset.validation()));
    }

    /// Reads every picture of a folder or a list, as training on it would.
    ///
    /// @param stop polled; true to give up
    /// @throws HttpFailure as [#requireWithin]
    Contents inspect(Path source, BooleanSupplier stop) throws HttpFailure {
        ImageCodec codec = Engines.find().codec();
        Map<String, Integer> counts = new LinkedHashMap<>();
        List<String> broken = new ArrayList<>();
        List<String> duplicates = new ArrayList<>();
        int brokenCount = 0;
        int duplicateCount = 0;
        try {
            Roots within = Roots.of(roots);
            requireNoLinkOut(source, within);
            Dataset dataset = open(source, codec);
            requireWithin(source, dataset, within);
            ImageDataset all = pictures(dataset);
            dataset.classes().forEach(name -> counts.put(name, 0));
            Map<Long, String> known = new HashMap<>();
            for (Sample sample : all.samples()) {
                if (stop.getAsBoolean()) {
                    break;
                }
                counts.merge(all.classes().get(sample.label()), 1, Integer::sum);
                try {
                    sample.source().content().resized(codec, SIDE, 3);
                    String first = known.putIfAbsent(sample.source().hash(), sample.name());
                    if (first != null && duplicateCount++ < LISTED) {
                        duplicates.add(sample.name() + " is the same as " + first);
                    }
                } catch (IOException | UnreadableImageException e) {
                    if (brokenCount++ < LISTED) {
                        broken.add(sample.name() + ": " + e.getMessage());
                    }
                }
            }
            return new Contents(counts, broken, brokenCount, duplicates, duplicateCount, dataset.warnings(), "");
        } catch (IOException e) {
            return new Contents(counts, broken, brokenCount, duplicates, duplicateCount, List.of(),
                    AtomicFiles.reason(e));
        }
    }
}
