package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import net.alexnet.data.AllImages;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.RejectedImage;
import net.alexnet.data.SkippingDataset;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.CachedFeatures;
import net.alexnet.inference.FeatureCache;
import net.alexnet.inference.FeatureCacheFolder;
import net.alexnet.inference.FeatureExtractor;
import net.alexnet.inference.FeatureExtractor.Consumer;
import net.alexnet.inference.FeatureFile;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.inference.Model;
import net.alexnet.tensor.Backend;
import net.alexnet.torch.OpenCvCodec;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet features`.
@Command(name = "features", mixinStandardHelpOptions = true, description = "Writes what a layer gives for every picture, as a table for other programs.")
final class FeaturesCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A run's folder, one of its checkpoints, a model.safetensors, or the name of a pulled model.")
    private Path model = Path.of("");

    @Option(names = "--data", required = true, paramLabel = "DIR|FILE", description = "A folder of pictures, with class folders or without, a prepared dataset, or a single file; may be given often. What is named twice is taken once.")
    private List<Path> data = List.of();

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "FILE.parquet (file, label, features), FILE.npy (with FILE.npy.files.tsv that names the rows) or FILE.csv.")
    private Path out = Path.of("");

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = "last or best of the run's checkpoints. Default: last; of a fine-tuned run, best.")
    private ModelFile.@Nullable Which which;

    @Option(names = "--force", description = "Replace FILE if it exists.")
    private boolean force;

    @Option(names = "--progress", paramLabel = "MODE", description = "auto, plain or none. Default: auto.")
    private ProgressMode mode = ProgressMode.AUTO;

    @Option(names = "--json", description = "One JSON object on standard output, and nothing else there.")
    private boolean json;

    @Mixin
    private LayerOption layer = new LayerOption();

    @Mixin
    private ViewOption viewOption = new ViewOption();

    @Mixin
    private Engine engine = new Engine();

    FeaturesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /// What was written.
    private record Report(String out, String layer, List<Integer> shape, int rows, List<RejectedImage> rejected) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        try {
            for (Path file : FeatureFile.Format.of(out).files(out)) {
                OutputFile.require("--out", file, data, force);
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException("--out: " + e.getMessage());
        }
        ModelFile file = ModelFile.find(model, which);
        try (ConsoleProgress progress = new ConsoleProgress(terminal, mode); Backend backend = engine.open()) {
            Model opened = file.open(backend);
            Preprocessing preprocessing = opened.card().preprocessing();
            viewOption.note(preprocessing).ifPresent(note -> terminal.err().println("note: " + note));
            FeatureLayer wanted = layer.of(opened.network().architecture());
            FeatureExtractor extractor = new FeatureExtractor(
                    opened.network(), wanted, preprocessing, viewOption.views(), FeatureCache.BATCH, engine.threads());
            ImageCodec codec = new OpenCvCodec();
            ImageSource source = ImageSource.open(data, codec, preprocessing);
            boolean kept = extractor.layer().length() * (long) Float.BYTES
                    * source.pictures().size() <= FeatureCacheFolder.LIMIT;
            print(write(source, extractor.layer(), progress, kept
                    ? consumer -> kept(FeatureCaching.of(source, extractor, file.layers(wanted.end()), codec, progress,
                            terminal.interruption()::asked), source, consumer)
                    : consumer -> computed(extractor, source, codec, progress, consumer)));
        }
        return 0;
    }

    /// Where features come from.
    @FunctionalInterface
    private interface Rows {
        /// Hands over what each picture has, in their order.
        ///
        /// @return the pictures that have none
        List<RejectedImage> into(Consumer consumer) throws IOException, InterruptedException;
    }

    private static List<RejectedImage> kept(CachedFeatures features, ImageSource source, Consumer consumer)
            throws IOException {
        for (int i = 0; i < features.rows().size(); i++) {
            consumer.accept(features.rows().get(i).picture(), features.row(i));
        }
        return FeatureCaching.rejected(features, source);
    }

    /// More than the store keeps: straight into the file.
    private static List<RejectedImage> computed(FeatureExtractor extractor, ImageSource source, ImageCodec codec,
            ConsoleProgress progress, Consumer consumer) throws IOException, InterruptedException {
        Preprocessing preprocessing = extractor.preprocessing();
        SkippingDataset squares = new SkippingDataset(
                source.pictures(), codec, preprocessing.resize(), preprocessing.channels());
        extractor.extractInWholeBatches(squares, (picture, features) -> {
            if (squares.reason(picture) == null) {
                consumer.accept(picture, features);
            }
        }, progress::extracting);
        return squares.rejected();
    }

    private Report write(ImageSource source, FeatureLayer wanted, ConsoleProgress progress, Rows rows)
            throws IOException, InterruptedException {
        ImageDataset pictures = source.pictures();
        try (FeatureFile file = FeatureFile.create(out, wanted.shape())) {
            List<RejectedImage> unread = rows.into((picture, features) -> {
                if (terminal.interruption().asked()) {
                    throw new IOException("stopped; " + out + " was not written");
                }
                file.add(pictures.name(picture), AllImages.className(pictures, picture), features);
            });
            progress.clear();
            List<RejectedImage> rejected = new ArrayList<>(source.rejected());
            rejected.addAll(unread);
            progress.leftOut(rejected);
            int written = pictures.size() - unread.size();
            if (written == 0) {
                throw new IOException("none of the " + pictures.size() + " files can be read as a picture; " + out
                        + " was not written");
            }
            file.finish();
            return new Report(out.toString(), wanted.name(), wanted.shape().dims(), written, rejected);
        }
    }

    private void print(Report report) throws IOException {
        terminal.out().println(json
                ? Json.of(report)
                : report.out() + ": " + report.rows() + " pictures × " + report.shape().stream()
                        .map(String::valueOf).reduce((a, b) -> a + " × " + b).orElse("")
                        + " of " + report.layer() + ", " + Text.bytes(Files.size(out)));
    }
}
