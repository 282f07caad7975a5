package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import net.alexnet.data.Dataset;
import net.alexnet.data.DatasetPreparer;
import net.alexnet.data.DatasetPreparer.Outcome;
import net.alexnet.data.Datasets;
import net.alexnet.data.IdxFiles;
import net.alexnet.data.PreparationSettings;
import net.alexnet.data.PreparedDataset;
import net.alexnet.data.Shard;
import net.alexnet.data.image.Encoding;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.torch.OpenCvCodec;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet prepare`.
@Command(name = "prepare", mixinStandardHelpOptions = true, description = "Scales pictures once and stores them as tar shards, with their mean and principal colours beside them.", footer = {
    "",
    "  ./alexnet prepare pictures/ prepared/             one subfolder of pictures per class",
    "  ./alexnet prepare ilsvrc2012/ prepared/           the tars of ILSVRC-2012, as they are",
    "  ./alexnet prepare --verify prepared/              compares every shard with its checksum",
    "",
    "It may be stopped at any moment; the same command goes on, and ends with the same bytes."
})
final class PrepareCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(arity = "0..2", paramLabel = "SOURCE OUT", description = "The pictures: class folders, IDX files, CIFAR-10's batches or ILSVRC-2012's tars; and the folder to make.")
    private List<Path> folders = List.of();

    @Option(names = "--verify", paramLabel = "DATASET", description = "Compare every shard of a prepared dataset with its SHA-256, and do nothing else.")
    private @Nullable Path verify;

    @Option(names = "--size", paramLabel = "N", description = "Side of the stored squares in pixels. Default: the paper's 256.")
    private int side = PreparationSettings.PAPER_SIDE;

    @Option(names = "--channels", paramLabel = "1|3", description = "1 for grey, 3 for colour. Default: 1 for IDX files, else 3.")
    private @Nullable Integer channels;

    @Option(names = "--format", paramLabel = "FORMAT", description = "jpeg, png (without loss), or auto: png up to 64 pixels, else jpeg. Default: auto.")
    private Format format = Format.AUTO;

    @Option(names = "--quality", paramLabel = "Q", description = "Of JPEGs, 1 to 100. Default: the paper's 95.")
    private @Nullable Integer quality;

    @Option(names = "--shard-size", paramLabel = "SIZE", converter = Text.ByteSize.class, description = "The most that a shard may have, such as 100MB or 1GiB, up to 4GiB. Default: 256MiB.")
    private long shardBytes = PreparationSettings.SHARD_BYTES;

    @Option(names = "--max-pixels", paramLabel = "N", description = "Leave pictures out that claim to have more. Default: 178000000.")
    private long maxPixels = PreparationSettings.MAX_PIXELS;

    @Option(names = "--hold-out", paramLabel = "SHARE", description = "What is held out of each class for validation, where the source has no validation part. Default: 0.2.")
    private double holdOut = 0.2;

    @Option(names = "--seed", paramLabel = "N", description = "Of the order of storing, and of what is held out. Default: 1.")
    private long seed = 1;

    @Option(names = "--strict", description = "Fail if more than 1 %% of the pictures cannot be read.")
    private boolean strict;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that read and scale. Default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--progress", paramLabel = "MODE", description = "auto, plain (lines for a log) or none. Default: auto.")
    private ConsoleProgress.Mode mode = ConsoleProgress.Mode.AUTO;

    @Option(names = "--json", description = "One JSON object on standard output, and nothing else there.")
    private boolean json;

    private enum Format {
        AUTO, JPEG, PNG
    }

    PrepareCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (threads < 1 || threads > 1024) {
            throw new UsageException("--threads must be 1 to 1024, found " + threads);
        }
        if (!(holdOut > 0 && holdOut < 1)) {
            throw new UsageException("--hold-out must be above 0 and below 1, found " + holdOut);
        }
        if (maxPixels > OpenCvCodec.OPENCV_MAX_PIXELS) {
            throw new UsageException("--max-pixels must be at most " + OpenCvCodec.OPENCV_MAX_PIXELS
                    + ", OpenCV's own limit, found " + maxPixels);
        }
        try (ConsoleProgress progress = new ConsoleProgress(terminal, mode)) {
            return verify == null ? prepare(progress) : verify(verify, progress);
        }
    }

    // --- making one ------------------------------------------------------------------------------------------------

    private int prepare(ConsoleProgress progress) throws IOException, InterruptedException {
        if (folders.size() != 2) {
            throw new UsageException("prepare needs two folders: the pictures, and where to put the prepared dataset:"
                    + " ./alexnet prepare SOURCE OUT");
        }
        Path source = folders.getFirst().toAbsolutePath().normalize();
        Path out = folders.getLast();
        if (real(out).startsWith(real(source)) || real(source).startsWith(real(out))) {
            throw new UsageException(out + " and " + source + " lie in each other; name a folder beside the pictures");
        }
        PreparationSettings preparation = preparation(source);
        ImageCodec codec = new OpenCvCodec(maxPixels);
        progress.message("reading " + source);
        Dataset dataset = Datasets.open(source, seed, holdOut, List.of());
        progress.message("%,d training and %,d validation pictures of %,d classes".formatted(
                dataset.training().size(), dataset.validation().size(), dataset.classes().size()));
        long start = System.nanoTime();
        Outcome outcome = DatasetPreparer.prepare(dataset, out, preparation,
                new DatasetPreparer.Tools(codec, threads, strict, progress, terminal.interruption()::asked));
        progress.clear();
        switch (outcome) {
            case Outcome.Finished finished -> report(finished, out, (System.nanoTime() - start) / 1e9);
            case Outcome.Stopped(long done, long total) -> terminal.err().println(String.format(Locale.ROOT,
                    "stopped; %,d of %,d pictures are in finished shards, the same command goes on after them",
                    done, total));
        }
        return 0;
    }

    /// Where a path leads, links followed as far as it exists.
    private static Path real(Path path) throws IOException {
        Path absolute = path.toAbsolutePath();
        Path parent = absolute.getParent();
        return parent == null || Files.exists(absolute)
                ? absolute.toRealPath()
                : real(parent).resolve(absolute.getFileName()).normalize();
    }

    private PreparationSettings preparation(Path source) throws IOException {
        int read = channels == null ? (IdxFiles.in(source).present() ? 1 : 3) : channels;
        try {
            Encoding.Format chosen = switch (format) {
                case AUTO -> PreparationSettings.encodingFor(side).format();
                case JPEG -> Encoding.Format.JPEG;
                case PNG -> Encoding.Format.PNG;
            };
            if (quality != null && chosen == Encoding.Format.PNG) {
                throw new UsageException("--quality is for JPEG, but squares of " + side
                        + " pixels are stored as PNG here, without loss; give --format jpeg, or no --quality");
            }
            Encoding encoding = switch (chosen) {
                case JPEG -> new Encoding(chosen, quality == null ? Encoding.PAPER.quality() : quality);
                case PNG -> Encoding.LOSSLESS;
            };
            return new PreparationSettings(side, read, encoding, shardBytes, seed, maxPixels);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private void report(Outcome.Finished finished, Path out, double seconds) {
        PreparedDataset dataset = finished.dataset();
        List<Shard> shards = dataset.shards();
        long bytes = shards.stream().mapToLong(Shard::bytes).sum();
        Optional<Double> speed = finished.scaled() == 0
                ? Optional.empty()
                : Optional.of(finished.scaled() / finished.scalingSeconds());
        if (json) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("dataset", out.toString());
            object.put("already_prepared", finished.already());
            object.put("classes", dataset.dataset().classes().size());
            object.put("training", dataset.training().size());
            object.put("validation", dataset.validation().size());
            object.put("rejected", dataset.rejected());
            object.put("duplicate_groups", dataset.duplicates());
            object.put("duplicate_pictures", dataset.duplicatePictures());
            object.put("shards", shards.size());
            object.put("bytes", bytes);
            object.put("seconds", seconds);
            object.put("images_per_second", speed.orElse(null));
            terminal.out().println(Json.of(object));
            return;
        }
        terminal.out().println(String.format(Locale.ROOT,
                "%s %s: %,d training and %,d validation pictures, %,d left out, in %d shards of %s together",
                finished.already() ? "already prepared" : "prepared", out, dataset.training().size(),
                dataset.validation().size(), dataset.rejected(), shards.size(), Text.bytes(bytes)));
        speed.ifPresent(rate -> terminal.out().println(String.format(Locale.ROOT,
                "it took %s; scaling went at %,.0f images/s", Text.duration(seconds), rate)));
        terminal.out().println("use it: ./alexnet train --data " + out);
    }

    // --- checking one ----------------------------------------------------------------------------------------------

    private int verify(Path folder, ConsoleProgress progress) throws IOException, InterruptedException {
        if (!folders.isEmpty()) {
            throw new UsageException("--verify takes one folder, a prepared dataset, and nothing else; found "
                    + folders.getFirst() + " besides");
        }
        PreparedDataset dataset = PreparedDataset.open(folder, new OpenCvCodec());
        dataset.verify(threads, progress);
        progress.clear();
        long bytes = dataset.shards().stream().mapToLong(Shard::bytes).sum();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("dataset", folder.toString());
            object.put("whole", true);
            object.put("shards", dataset.shards().size());
            object.put("bytes", bytes);
            terminal.out().println(Json.of(object));
        } else {
            terminal.out().println(folder + " is whole: " + dataset.shards().size() + " shards of "
                    + Text.bytes(bytes) + " together");
        }
        return 0;
    }
}
