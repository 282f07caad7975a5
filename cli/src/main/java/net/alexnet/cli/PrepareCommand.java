package net.alexnet.cli;

import module java.base;
import net.alexnet.data.Dataset;
import net.alexnet.data.DatasetPreparer;
import net.alexnet.data.DatasetPreparer.Outcome;
import net.alexnet.data.Datasets;
import net.alexnet.data.PreparationSettings;
import net.alexnet.data.PreparedDataset;
import net.alexnet.data.RemotePictures;
import net.alexnet.data.Shard;
import net.alexnet.io.CacheFolder;
import net.alexnet.io.Texts;
import net.alexnet.torch.OpenCvCodec;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet prepare`.
@Command(name = "prepare", description = "Resize pictures once and store them as tar shards, with their mean image and color PCA.", footer = {
    "", "Examples:",
    "  ./alexnet prepare pictures/ prepared/     one subfolder of pictures per class",
    "  ./alexnet prepare ilsvrc2012/ prepared/   the tars of ILSVRC-2012, as they are",
    "  ./alexnet prepare 'shards/train-{000..012}.tar' prepared/   tars of WebDataset",
    "  ./alexnet prepare 'https://host/train-{000..012}.tar' prepared/   the same, fetched once",
    "  ./alexnet prepare photos.csv prepared/    a list with the columns path, label and perhaps split",
    "  ./alexnet prepare --verify prepared/      compares every shard with its checksum",
    "",
    "You can stop it at any moment; the same command continues after the last finished shard and ends",
    "with the same bytes. What was resized since is resized again; smaller shards (--shard-size) lose less."})
final class PrepareCommand extends ProgressCommand {
    @Parameters(arity = "0..2", paramLabel = "SOURCE OUT", description = "The pictures: class folders, IDX files, CIFAR-10's batches, ILSVRC-2012's tars, tars of WebDataset, Parquet or CSV files, or an address of tars or Parquet files; and the folder to make.")
    private List<String> folders = List.of();

    @Option(names = "--verify", paramLabel = "DATASET", description = "Compare every shard of a prepared dataset with its SHA-256, and do nothing else.")
    private @Nullable Path verify;

    @Option(names = "--hold-out", paramLabel = "FRACTION", description = "The fraction of each class that is held out for validation, where the source has no validation part."
            + " With 0, all are for training. Default: 0.2.")
    private double holdOut = 0.2;

    @Option(names = "--strict", description = "Fail if more than 1 %% of the pictures cannot be read.")
    private boolean strict;

    @Mixin
    private PreparationOptions options = new PreparationOptions();

    @Option(names = "--threads", paramLabel = "N", description = "Threads that read and resize. Default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    private record Prepared(String dataset, boolean alreadyPrepared, int classes, int training, int validation,
            int rejected, int duplicateGroups, int duplicatePictures, int nearCopies, int shards, long bytes,
            double seconds,
            @Nullable Double imagesPerSecond) {}

    private record Verified(String dataset, boolean whole, int shards, long bytes) {}

    @Override
    int run(ConsoleProgress progress) throws IOException, InterruptedException {
        ComputeOptions.threads(threads);
        if (verify != null) {
            return verify(verify, progress);
        }
        if (!(holdOut >= 0 && holdOut < 1)) {
            throw new IllegalArgumentException("--hold-out must be at least 0 and below 1, found " + holdOut);
        }
        if (folders.size() != 2) {
            throw new IllegalArgumentException("prepare needs two folders: the pictures, and where to put the prepared"
                    + " dataset: ./alexnet prepare SOURCE OUT");
        }
        Path out = Path.of(folders.getLast());
        Path source = RemotePictures.local(folders.getFirst(), CacheFolder.ofUser(), progress,
                terminal().interruption()::stopRequested).toAbsolutePath().normalize();
        DatasetPreparer.requireApart(source, out);
        PreparationSettings settings = options.settings(source);
        progress.message("reading " + source);
        Dataset dataset = Datasets.open(source, settings.seed(), holdOut, List.of());
        progress.message("%,d training and %,d validation pictures of %,d classes; %s".formatted(
                dataset.training().size(), dataset.validation().size(), dataset.classes().size(),
                Texts.clause(dataset.split())));
        dataset.warnings().forEach(progress::warning);
        long start = System.nanoTime();
        Outcome outcome = DatasetPreparer.prepare(dataset, out, settings, new DatasetPreparer.Resources(
                new OpenCvCodec(settings.maxPixels()), threads, strict, progress,
                terminal().interruption()::stopRequested));
        progress.clear();
        switch (outcome) {
            case Outcome.Finished finished -> {
                finished.dataset().dataset().unlearned()
                        .filter(warning -> !dataset.unlearned().equals(Optional.of(warning)))
                        .ifPresent(progress::warning);
                report(finished, out, (System.nanoTime() - start) / 1e9);
            }
            case Outcome.Stopped(long done, long total) -> err().println(String.format(Locale.ROOT,
                    "stopped; %,d of %,d pictures are in finished shards, and the same command continues after them",
                    done, total));
        }
        return 0;
    }

    private void report(Outcome.Finished finished, Path out, double seconds) {
        PreparedDataset made = finished.dataset();
        Double speed = finished.scaled() == 0 ? null : finished.scaled() / finished.scalingSeconds();
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT,
                "%s %s: %,d training and %,d validation pictures, %,d left out, in %s of %s together",
                finished.already() ? "already prepared" : "prepared", out, made.training().size(),
                made.validation().size(), made.rejected(),
                Texts.count(made.shards().size(), "shard"), Text.bytes(bytes(made))));
        if (speed != null) {
            lines.add(String.format(Locale.ROOT, "it took %s; %,.0f images/s were resized", Texts.duration(seconds),
                    speed));
        }
        lines.add("use it: ./alexnet train --data " + Texts.argument(out.toString())
        // the schedule of the usual recipe needs validation pictures
                + (made.validation().size() > 0 ? "" : " --set 'schedule={type: polynomial, power: 1}'"));
        print(new Prepared(out.toString(), finished.already(), made.dataset().classes().size(), made.training().size(),
                made.validation().size(), made.rejected(), made.duplicates(), made.duplicatePictures(),
                made.nearCopies(), made.shards().size(), bytes(made), seconds, speed), lines);
    }

    private int verify(Path folder, ConsoleProgress progress) throws IOException, InterruptedException {
        if (!folders.isEmpty()) {
            throw new IllegalArgumentException("--verify takes one folder, a prepared dataset, and nothing else; found "
                    + folders.getFirst() + " besides");
        }
        PreparedDataset dataset = PreparedDataset.open(folder, new OpenCvCodec());
        dataset.verify(threads, progress);
        progress.clear();
        int shards = dataset.shards().size();
        print(new Verified(folder.toString(), true, shards, bytes(dataset)), List.of(
                folder + " is whole: " + Texts.count(shards, "shard") + " of " + Text.bytes(bytes(dataset))
                        + " together"));
        return 0;
    }

    private static long bytes(PreparedDataset dataset) {
        return dataset.shards().stream().mapToLong(Shard::bytes).sum();
    }
}
