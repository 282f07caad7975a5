package net.alexnet.data;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import net.alexnet.data.PreparationJournal.LeftOut;
import net.alexnet.data.PreparationListener.Stage;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.io.Tsv;
import net.alexnet.tensor.CounterRng;
import net.alexnet.tensor.CounterRng.Purpose;

/// Makes a prepared dataset. The process may be killed at any time: started again, it continues after the last finished
/// shard and ends with the same bytes. The bytes depend on the pictures and the [PreparationSettings] alone.
public final class DatasetPreparer {
    /// Above this share of unreadable pictures something is likely to be wrong with the source.
    private static final double MANY_REJECTED = 0.01;

    private static final String DUPLICATES = "duplicates.tsv";

    private final Dataset source;
    private final Path folder;
    private final PreparationSettings preparation;
    private final Tools tools;
    private final PreparationJournal journal;
    private long done;
    private long scaled;
    private long scalingNanos;

    /// What a preparation needs but its bytes do not depend on.
    ///
    /// @param codec reads, scales and stores pictures
    /// @param workers how many threads do
    /// @param strict whether more than 1 % unreadable pictures are a failure, not a warning
    /// @param progress is told how it goes
    /// @param stop asked between pictures whether to end early
    public record Tools(
            ImageCodec codec, int workers, boolean strict, PreparationListener progress, BooleanSupplier stop) {}

    /// How a preparation ended.
    public sealed interface Outcome {
        /// The dataset is finished.
        ///
        /// @param already whether it was finished before
        /// @param scaled how many pictures were read this time
        /// @param scalingSeconds how long that took
        record Finished(PreparedDataset dataset, boolean already, long scaled, double scalingSeconds)
                implements
                    Outcome {}

        /// It was stopped; the same call continues.
        ///
        /// @param done pictures that need not be read again: those of finished shards, and those left out between them
        /// @param total pictures in all
        record Stopped(long done, long total) implements Outcome {}
    }

    private DatasetPreparer(
            Dataset source, Path folder, PreparationSettings preparation, Tools tools, PreparationJournal journal) {
        this.source = source;
        this.folder = folder;
        this.preparation = preparation;
        this.tools = tools;
        this.journal = journal;
    }

    /// Prepares a dataset, continues one that was stopped, or finds it finished.
    ///
    /// @param folder where it goes: new, empty, or of this very preparation
    /// @throws DatasetException if the folder is of other pictures or settings, or not ours; if a split has no readable
    ///     picture, or a strict preparation too few; if another process is at it
    public static Outcome prepare(Dataset source, Path folder, PreparationSettings preparation, Tools tools)
            throws IOException, InterruptedException {
        return prepare(source, SourceFingerprint.of(source), folder, preparation, tools);
    }

    static Outcome prepare(Dataset source, SourceFingerprint origin, Path folder, PreparationSettings preparation,
            Tools tools)
            throws IOException, InterruptedException {
        if (DatasetFile.isIn(folder)) {
            return found(folder, origin, preparation, tools);
        }
        requireOurs(folder);
        Files.createDirectories(folder);
        try (PreparationJournal journal = PreparationJournal.open(folder, origin, preparation)) {
            if (DatasetFile.isIn(folder)) { // another process was faster
                return found(folder, origin, preparation, tools);
            }
            return new DatasetPreparer(source, folder, preparation, tools, journal).run(origin);
        }
    }

    private static Outcome found(Path folder, SourceFingerprint origin, PreparationSettings preparation, Tools tools)
            throws IOException {
        DatasetFile file = DatasetFile.read(folder);
        SourceFingerprint.requireSame(folder, file.source(), file.preparation(), origin, preparation);
        PreparedDataset dataset = PreparedDataset.open(folder, tools.codec);
        PreparationJournal.remove(folder); // left there if a preparation was killed after its last write
        long kept = (long) dataset.training().size() + dataset.validation().size();
        if (tools.strict && dataset.rejected() > MANY_REJECTED * (kept + dataset.rejected())) {
            throw new DatasetException(tooMany(folder, dataset.rejected(), kept + dataset.rejected()));
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
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (entry.endsWith(PreparationJournal.LOCK)) {
                    continue; // killed before there was a journal
                }
                throw new DatasetException(folder + " holds other things, such as " + entry.getFileName()
                        + "; expected a new or an empty folder for the prepared dataset");
            }
        }
    }

    // --- the steps -------------------------------------------------------------------------------------------------

    private Outcome run(SourceFingerprint origin) throws IOException, InterruptedException {
        ImageDataset trainingImages = source.training();
        ImageDataset validationImages = source.validation();
        int[] trainingOrder = trainingOrder(trainingImages.size(), preparation.seed());
        int[] validationOrder = IntStream.range(0, validationImages.size()).toArray(); // as in ILSVRC's submission file
        Optional<Scaled> training = scale(Split.TRAINING, trainingImages, trainingOrder);
        if (training.isEmpty()) {
            return stopped();
        }
        Optional<Scaled> validation = scale(Split.VALIDATION, validationImages, validationOrder);
        if (validation.isEmpty()) {
            return stopped();
        }
        reportRejected(training.get(), validation.get());
        StoredImages resized = open(training.get());
        StoredImages heldOut = open(validation.get());
        Optional<PixelStatistics> statistics = measure(resized.images());
        if (statistics.isEmpty()) {
            return stopped();
        }
        new DatasetFile(
                DatasetFile.FORMAT,
                origin,
                DatasetFile.SCALING,
                preparation,
                source.classes(),
                source.synsets(),
                part(training.get(), resized),
                part(validation.get(), heldOut),
                reportDuplicates(Duplicates.find(resized, trainingOrder, heldOut)),
                DatasetFile.Statistics.of(statistics.get())).write(folder);
        PreparationJournal.remove(folder);
        return new Outcome.Finished(PreparedDataset.open(folder, tools.codec), false, scaled, scalingNanos / 1e9);
    }

    /// Training images are shuffled once, as in the 2012 source, so that neighbors are of different classes even if a slow
    /// disk is read nearly in order.
    static int[] trainingOrder(int size, long seed) {
        return CounterRng.permutation(size, CounterRng.generator(seed, Purpose.STORAGE));
    }

    /// The statistics of the images as they decode from the shards, so that anyone can compute them again.
    private Optional<PixelStatistics> measure(ImageDataset stored) throws IOException, InterruptedException {
        ResizedImages images = new ResizedImages(stored, tools.codec, preparation.side(), preparation.channels(), 0);
        Optional<PixelStatistics> statistics = images.read(tools.workers,
                (done, total) -> tools.progress.report(Stage.MEASURING, done, total), tools.stop);
        for (RejectedImage damaged : images.rejected()) {
            throw new DatasetException(damaged.name() + ": " + damaged.reason());
        }
        return statistics;
    }

    /// A split in its shards.
    ///
    /// @param rejected in the source's order
    private record Scaled(List<Shard> shards, List<RejectedImage> rejected) {}

    private Optional<Scaled> scale(Split split, ImageDataset images, int[] order)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        try (ShardSetWriter writer = new ShardSetWriter(
                split, images, order, preparation, tools.codec, tools.workers, folder, journal)) {
            long before = done;
            int begun = writer.done();
            done = before + begun;
            tools.progress.report(Stage.SCALING, done, total());
            while (writer.hasNext()) {
                if (tools.stop.getAsBoolean()) {
                    return Optional.empty();
                }
                writer.advance();
                done = before + writer.done();
                scaled++;
                tools.progress.report(Stage.SCALING, done, total());
            }
            writer.finish();
            List<RejectedImage> rejected = writer.leftOut().stream()
                    .sorted(Comparator.comparingInt(LeftOut::index))
                    .map(one -> new RejectedImage(images.name(one.index()), one.reason()))
                    .toList();
            if (writer.shards().isEmpty()) {
                throw new DatasetException("none of the " + images.size() + " pictures of " + source.name() + " for "
                        + split.name().toLowerCase(Locale.ROOT) + " can be read"
                        + (rejected.isEmpty()
                                ? ""
                                : "; the first, " + rejected.getFirst().name() + ": "
                                        + rejected.getFirst().reason()));
            }
            return Optional.of(new Scaled(writer.shards(), rejected));
        } finally {
            scalingNanos += System.nanoTime() - start;
        }
    }

    private long total() {
        return (long) source.training().size() + source.validation().size();
    }

    private Outcome stopped() {
        return new Outcome.Stopped((long) journal.kept(Split.TRAINING) + journal.kept(Split.VALIDATION), total());
    }

    private StoredImages open(Scaled split) throws IOException {
        return StoredImages.open(folder, split.shards, source.classes(), tools.codec, preparation.side(),
                preparation.channels());
    }

    private static DatasetFile.Part part(Scaled split, StoredImages images) {
        return new DatasetFile.Part(images.size(), images.images().perClass(), split.rejected.size(), split.shards);
    }

    // --- reports ---------------------------------------------------------------------------------------------------

    private void reportRejected(Scaled training, Scaled validation) throws IOException {
        List<RejectedImage> rejected = new ArrayList<>(training.rejected);
        rejected.addAll(validation.rejected);
        RejectedImage.write(folder, rejected);
        if (rejected.size() <= MANY_REJECTED * total()) {
            return;
        }
        if (tools.strict) {
            throw new DatasetException(tooMany(folder, rejected.size(), total()));
        }
        tools.progress.warning(tooMany(folder, rejected.size(), total()) + ". The first is "
                + rejected.getFirst().name() + ": " + rejected.getFirst().reason());
    }

    private static String tooMany(Path folder, long rejected, long total) {
        return String.format(Locale.ROOT,
                "%d of %d pictures (%.1f %%) cannot be read, more than %.0f %%; %s lists them",
                rejected, total, 100.0 * rejected / total, 100 * MANY_REJECTED, folder.resolve(RejectedImage.FILE));
    }

    private DatasetFile.DuplicateCount reportDuplicates(List<List<Duplicates.Copy>> groups) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        for (int group = 0; group < groups.size(); group++) {
            for (Duplicates.Copy copy : groups.get(group)) {
                rows.add(List.of(String.valueOf(group + 1), copy.split().prefix(), source.classes().get(copy.label()),
                        name(copy)));
            }
        }
        Tsv.write(folder.resolve(DUPLICATES), List.of("group", "split", "class", "file"), rows);
        int images = groups.stream().mapToInt(List::size).sum();
        if (!groups.isEmpty()) {
            List<Duplicates.Copy> first = groups.getFirst();
            tools.progress.warning(images + " pictures are equal to one of another split or class; "
                    + folder.resolve(DUPLICATES) + " lists them. The first are "
                    + name(first.getFirst()) + " and " + name(first.getLast()));
        }
        return new DatasetFile.DuplicateCount(groups.size(), images);
    }

    private String name(Duplicates.Copy copy) {
        return (copy.split() == Split.TRAINING ? source.training() : source.validation()).name(copy.index());
    }
}
