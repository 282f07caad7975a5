package net.alexnet.data;

import module java.base;
import net.alexnet.data.PreparationJournal.LeftOut;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.PerceptualHash;
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.RegularFile;
import net.alexnet.io.Tsv;
import net.alexnet.tensor.CounterRng;
import net.alexnet.tensor.CounterRng.Purpose;

/// Makes a prepared dataset. The process may be killed at any time: started again, it continues after the last finished
/// shard and ends with the same bytes. The bytes depend on the images and the [PreparationSettings] alone.
public final class DatasetPreparer {
    /// Above this share of unreadable images something is likely to be wrong with the source.
    private static final double MANY_REJECTED = 0.01;

    private static final int WINDOW = 16; // pictures per worker that may wait for a slow one before them

    static final String DUPLICATES = "duplicates.tsv";

    private final Dataset source;
    private final Path folder;
    private final PreparationSettings settings;
    private final Resources resources;
    private final PreparationJournal journal;
    private final long total;
    private long scaled;
    private long scalingNanos;

    /// What a preparation needs but its bytes do not depend on.
    ///
    /// @param codec reads, resizes and stores images
    /// @param workers how many threads do so
    /// @param strict whether more than 1 % unreadable images are a failure, not a warning
    /// @param progress is told how it goes
    /// @param stop asked between images whether to end early
    public record Resources(
            ImageCodec codec, int workers, boolean strict, ProgressListener progress, BooleanSupplier stop) {}

    /// How a preparation ended.
    public sealed interface Outcome {
        /// The dataset is finished.
        ///
        /// @param already whether it was finished before
        /// @param scaled how many images were read this time
        /// @param scalingSeconds how long that took
        record Finished(PreparedDataset dataset, boolean already, long scaled, double scalingSeconds)
                implements
                    Outcome {}

        /// It was stopped; the same call continues.
        ///
        /// @param done images that need not be read again: those of finished shards, and those left out between them
        /// @param total images in all
        record Stopped(long done, long total) implements Outcome {}
    }

    private DatasetPreparer(
            Dataset source, Path folder, PreparationSettings settings, Resources resources,
            PreparationJournal journal) {
        this.source = source;
        this.folder = folder;
        this.settings = settings;
        this.resources = resources;
        this.journal = journal;
        this.total = (long) source.training().size() + source.validation().size();
    }

    /// Throws if one of two folders contains the other, also through links.
    ///
    /// @throws IllegalArgumentException if they do
    public static void requireApart(Path source, Path folder) throws IOException {
        if (real(folder).startsWith(real(source)) || real(source).startsWith(real(folder))) {
            throw new IllegalArgumentException(
                    folder + " and " + source + " lie in each other; name a folder beside the pictures");
        }
    }

    /// Where a path leads: links are followed as far as it exists.
    private static Path real(Path path) throws IOException {
        Path absolute = path.toAbsolutePath();
        Path parent = absolute.getParent();
        return parent == null || Files.exists(absolute)
                ? absolute.toRealPath()
                : real(parent).resolve(absolute.getFileName()).normalize();
    }

    /// Prepares a dataset, continues one that was stopped, or finds it finished.
    ///
    /// @param folder where it goes: new, empty, or of this very preparation
    /// @throws DatasetException if the folder is of other images or settings, or not ours; if a split has no readable
    ///     image, or a strict preparation too few; if another process prepares the folder
    public static Outcome prepare(Dataset source, Path folder, PreparationSettings settings, Resources resources)
            throws IOException, InterruptedException {
        return prepare(source, SourceFingerprint.of(source), folder, settings, resources);
    }

    static Outcome prepare(Dataset source, SourceFingerprint origin, Path folder, PreparationSettings settings,
            Resources resources)
            throws IOException, InterruptedException {
        if (DatasetFile.isIn(folder)) {
            return found(folder, origin, settings, resources);
        }
        requireOurs(folder);
        RegularFile.makeFolder(folder);
        try (PreparationJournal journal = new PreparationJournal(folder, origin, settings)) {
            return DatasetFile.isIn(folder) // another process was faster
                    ? found(folder, origin, settings, resources)
                    : new DatasetPreparer(source, folder, settings, resources, journal).run(origin);
        }
    }

    private static Outcome found(Path folder, SourceFingerprint origin, PreparationSettings settings,
            Resources resources)
            throws IOException {
        DatasetFile file = DatasetFile.read(folder);
        file.source().requireSame(folder, file.preparation(), origin, settings);
        PreparedDataset dataset = PreparedDataset.open(folder, resources.codec);
        PreparationJournal.remove(folder); // left there if a preparation was killed after its last write
        long total = (long) dataset.training().size() + dataset.validation().size() + dataset.rejected();
        if (resources.strict && dataset.rejected() > MANY_REJECTED * total) {
            throw new DatasetException(tooMany(folder, dataset.rejected(), total));
        }
        return new Outcome.Finished(dataset, true, 0, 0);
    }

    private static void requireOurs(Path folder) throws IOException {
        if (!Files.exists(folder) || PreparedDataset.isIn(folder)) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            throw new DatasetException(folder + " is a file; expected a folder for the prepared dataset");
        }
        try (Stream<Path> entries = Files.list(folder)) {
            // A process that was killed before there was a journal leaves its lock, and a journal that was not in place.
            Optional<Path> other = entries.filter(entry -> !entry.endsWith(PreparationJournal.LOCK)
                    && !entry.getFileName().toString().startsWith("." + PreparationJournal.FILE + ".")).findFirst();
            if (other.isPresent()) {
                throw new DatasetException(folder + " holds other things, such as " + other.get().getFileName()
                        + "; expected a new or an empty folder for the prepared dataset");
            }
        }
    }

    // --- the steps -------------------------------------------------------------------------------------------------

    private Outcome run(SourceFingerprint origin) throws IOException, InterruptedException {
        int[] trainingOrder = trainingOrder(source.training().size(), settings.seed());
        int[] validationOrder = IntStream.range(0, source.validation().size()).toArray(); // as ILSVRC submissions
        Optional<Stored> training = store(Split.TRAINING, source.training(), trainingOrder, 0);
        if (training.isEmpty()) {
            return stopped();
        }
        Optional<Stored> validation = store(Split.VALIDATION, source.validation(), validationOrder,
                source.training().size());
        if (validation.isEmpty()) {
            return stopped();
        }
        reportRejected(training.get(), validation.get());
        // small pictures have no hashes
        boolean hashed = settings.side() >= PerceptualHash.MIN_SIDE;
        long[] hashes = new long[hashed ? PerceptualHash.COUNT * training.get().images.size() : 0];
        Optional<PixelStatistics> statistics = measure(training.get().images, (index, image) -> {
            if (hashed) {
                System.arraycopy(PerceptualHash.of(image), 0, hashes, PerceptualHash.COUNT * index,
                        PerceptualHash.COUNT);
            }
        });
        if (statistics.isEmpty()) {
            return stopped();
        }
        Optional<SortedMap<Integer, List<NearCopies.Copy>>> near = hashed
                ? nearCopies(training.get(), hashes, validation.get())
                : Optional.of(new TreeMap<>());
        if (near.isEmpty()) {
            return stopped();
        }
        new DatasetFile(
                DatasetFile.FORMAT,
                origin,
                DatasetFile.SCALING,
                settings,
                source.classes(),
                source.synsets(),
                training.get().part(),
                validation.get().part(),
                reportDuplicates(Duplicates.find(training.get().opened, trainingOrder, validation.get().opened),
                        near.get(), training.get().images, validation.get().images),
                DatasetFile.Statistics.of(statistics.get())).write(folder);
        PreparationJournal.remove(folder);
        return new Outcome.Finished(PreparedDataset.open(folder, resources.codec), false, scaled, scalingNanos / 1e9);
    }

    /// Training images are shuffled once, as in the 2012 source, so that neighbors are of different classes even if a slow
    /// disk is read nearly in order.
    static int[] trainingOrder(int size, long seed) {
        return CounterRng.permutation(size, CounterRng.generator(seed, Purpose.STORAGE));
    }

    /// A split in its shards.
    ///
    /// @param rejected in the source's order
    private record Stored(
            List<Shard> shards, List<StoredShard> opened, ImageDataset images, List<RejectedImage> rejected) {
        DatasetFile.Part part() {
            return new DatasetFile.Part(images.size(), images.perClass(), rejected.size(), shards);
        }
    }

    /// @param before how many images are in the splits before this one
    /// @return empty if it was stopped
    private Optional<Stored> store(Split split, ImageDataset images, int[] order, int before)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        ShardSetWriter writer = new ShardSetWriter(split, images, order, settings, resources.codec, folder, journal);
        int begun = journal.kept(split);
        boolean finished = writer.run(resources.workers, resources.stop, done -> {
            scaled += done > begun ? 1 : 0;
            resources.progress.progress("resizing pictures", before + done, total);
        });
        scalingNanos += System.nanoTime() - start;
        if (!finished) {
            return Optional.empty();
        }
        List<RejectedImage> rejected = writer.leftOut().stream()
                .sorted(Comparator.comparingInt(LeftOut::index))
                .map(one -> new RejectedImage(images.name(one.index()), one.reason()))
                .toList();
        if (writer.shards().isEmpty() && (split == Split.TRAINING || images.size() > 0)) {
            throw new DatasetException("none of the " + images.size() + " pictures of " + source.name() + " for "
                    + split.name().toLowerCase(Locale.ROOT) + " can be read"
                    + (rejected.isEmpty() ? "" : "; the first, " + rejected.getFirst()));
        }
        List<StoredShard> opened = StoredShard.open(folder, writer.shards(), source.classes().size(),
                new StoredShard.Form(resources.codec, settings));
        return Optional.of(new Stored(writer.shards(), opened,
                StoredShard.images(source.classes(), writer.shards(), opened), rejected));
    }

    /// The statistics of the images as they decode from the shards, so that anyone can compute them again.
    private Optional<PixelStatistics> measure(ImageDataset stored, ResizedImages.Viewer viewer)
            throws IOException, InterruptedException {
        ResizedImages images = new ResizedImages(stored, resources.codec, settings.side(), settings.channels(), 0);
        Optional<PixelStatistics> statistics = images.read(resources.workers,
                (done, all) -> resources.progress.progress("measuring colors", done, all), resources.stop, viewer);
        for (RejectedImage damaged : images.rejected()) {
            throw new DatasetException(damaged.toString());
        }
        return statistics;
    }

    /// The validation images that are near copies of training images, each with these. Equal files do not count: they are
    /// duplicates.
    ///
    /// @param hashes of the training images
    /// @return empty if it was stopped
    private Optional<SortedMap<Integer, List<NearCopies.Copy>>> nearCopies(Stored training, long[] hashes,
            Stored validation) throws IOException, InterruptedException {
        NearCopies copies = new NearCopies(training.images, hashes, resources.codec);
        long[] trained = Duplicates.sourceHashes(training.opened);
        long[] validated = Duplicates.sourceHashes(validation.opened);
        SortedMap<Integer, List<NearCopies.Copy>> near = new TreeMap<>();
        int all = validation.images.size();
        try (OrderedWork<List<NearCopies.Copy>> work = new OrderedWork<>(0, all, resources.workers,
                WINDOW * resources.workers,
                index -> copies(copies, validation.images, index).stream()
                        .filter(copy -> trained[copy.index()] != validated[index]).toList())) {
            for (int index = 0; work.hasNext(); index++) {
                if (resources.stop.getAsBoolean()) {
                    return Optional.empty();
                }
                List<NearCopies.Copy> found = work.next();
                if (!found.isEmpty()) {
                    near.put(index, found);
                }
                resources.progress.progress("looking for copies", index + 1L, all);
            }
        }
        return Optional.of(near);
    }

    private static List<NearCopies.Copy> copies(NearCopies copies, ImageDataset images, int index)
            throws DatasetException {
        try {
            return copies.of(images.source(index).image(new byte[0]));
        } catch (UnreadableImageException e) {
            throw new DatasetException(String.valueOf(e.getMessage()), e);
        }
    }

    private Outcome stopped() {
        return new Outcome.Stopped((long) journal.kept(Split.TRAINING) + journal.kept(Split.VALIDATION), total);
    }

    // --- reports ---------------------------------------------------------------------------------------------------

    private void reportRejected(Stored training, Stored validation) throws IOException {
        List<RejectedImage> rejected = Stream.of(training, validation).flatMap(split -> split.rejected.stream())
                .toList();
        RejectedImage.write(folder, rejected);
        if (rejected.size() <= MANY_REJECTED * total) {
            return;
        }
        String message = tooMany(folder, rejected.size(), total);
        if (resources.strict) {
            throw new DatasetException(message);
        }
        resources.progress.warning(message + ". The first is " + rejected.getFirst());
    }

    private static String tooMany(Path folder, long rejected, long total) {
        return String.format(Locale.ROOT,
                "%d of %d pictures (%.1f %%) cannot be read, more than %.0f %%; %s lists them",
                rejected, total, 100.0 * rejected / total, 100 * MANY_REJECTED, folder.resolve(RejectedImage.FILE));
    }

    private DatasetFile.DuplicateCount reportDuplicates(List<List<Duplicates.Copy>> groups,
            SortedMap<Integer, List<NearCopies.Copy>> near, ImageDataset training, ImageDataset validation)
            throws IOException {
        List<List<String>> rows = new ArrayList<>();
        for (int group = 0; group < groups.size(); group++) {
            for (Duplicates.Copy copy : groups.get(group)) {
                rows.add(List.of(String.valueOf(group + 1), copy.split().prefix(), source.classes().get(copy.label()),
                        name(copy), "equal", "0"));
            }
        }
        int equal = rows.size();
        int group = groups.size();
        for (Map.Entry<Integer, List<NearCopies.Copy>> one : near.entrySet()) {
            group++;
            rows.add(row(group, Split.VALIDATION, validation, one.getKey(), "near", 0));
            for (NearCopies.Copy copy : one.getValue()) {
                rows.add(row(group, Split.TRAINING, training, copy.index(), copy.mirrored() ? "mirrored" : "near",
                        copy.distance()));
            }
        }
        Path table = folder.resolve(DUPLICATES);
        Tsv.write(table, List.of("group", "split", "class", "file", "kind", "distance"), rows);
        DatasetFile.DuplicateCount count = new DatasetFile.DuplicateCount(groups.size(), equal, near.size());
        count.warnings(table).forEach(resources.progress::warning);
        return count;
    }

    private List<String> row(int group, Split split, ImageDataset images, int index, String kind, int distance) {
        return List.of(String.valueOf(group), split.prefix(), source.classes().get(images.label(index)),
                images.name(index), kind, String.valueOf(distance));
    }

    private String name(Duplicates.Copy copy) {
        return (copy.split() == Split.TRAINING ? source.training() : source.validation()).name(copy.index());
    }
}
