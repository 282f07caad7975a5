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
import org.jspecify.annotations.Nullable;

/// The folders of pictures that may be trained on: those below some roots, by ids. No address has a
/// path.
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

    /// A folder by its id.
    Optional<Path> find(String id) throws IOException {
        return Optional.ofNullable(all().get(id));
    }

    /// All folders that have folders or files of pictures, by their ids. Links that lead out of the
    /// roots are left out, and so are folders that cannot be read.
    SequencedMap<String, Path> all() throws IOException {
        List<Path> real = new ArrayList<>();
        for (Path root : roots) {
            if (Files.isDirectory(root)) {
                real.add(root.toRealPath());
            }
        }
        SequencedMap<String, Path> found = new LinkedHashMap<>();
        for (Path root : real) {
            List<Path> below = new ArrayList<>();
            Files.walkFileTree(root, Set.of(), DEPTH, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    if (isSource(folder, real)) {
                        below.add(folder);
                    }
                    return below.size() < MOST ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    return attributes.isDirectory() // at the greatest depth
                            ? preVisitDirectory(file, attributes)
                            : FileVisitResult.CONTINUE;
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
    private static boolean isSource(Path folder, List<Path> roots) {
        try (Stream<Path> inside = Files.list(folder)) {
            List<Path> first = inside.limit(LOOKED_AT).toList();
            if (first.stream().anyMatch(one -> Files.isSymbolicLink(one) && !isBelow(one, roots))) {
                return false;
            }
            return PreparedDataset.isIn(folder) || Datasets.hasFiles(folder)
                    || (Files.isDirectory(folder.resolve("train")) && isSource(folder.resolve("train"), roots))
                    || first.stream().filter(Files::isDirectory).filter(TrainingFolders::hasFile).limit(2).count() == 2;
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private static boolean isBelow(Path link, List<Path> roots) {
        try {
            Path real = link.toRealPath();
            return roots.stream().anyMatch(real::startsWith);
        } catch (IOException e) {
            return false; // it leads nowhere
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

    /// Reads every picture of a folder.
    ///
    /// @param stop polled; true to give up
    static Contents inspect(Path folder, BooleanSupplier stop) {
        ImageCodec codec = Engines.find().codec();
        Map<String, Integer> counts = new LinkedHashMap<>();
        List<String> broken = new ArrayList<>();
        List<String> duplicates = new ArrayList<>();
        int brokenCount = 0;
        int duplicateCount = 0;
        try {
            Dataset dataset = PreparedDataset.isIn(folder)
                    ? PreparedDataset.open(folder, codec).dataset()
                    : Datasets.open(folder, 1, HELD_OUT, List.of());
            ImageDataset all = ImageDataset.concat(List.of(dataset.training(), dataset.validation()));
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
