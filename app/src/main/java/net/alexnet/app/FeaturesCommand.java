package net.alexnet.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import net.alexnet.dataset.EveryPicture;
import net.alexnet.dataset.PictureSet;
import net.alexnet.dataset.Rejected;
import net.alexnet.dataset.TolerantSquares;
import net.alexnet.features.FeatureExtractor;
import net.alexnet.features.FeatureExtractor.Taker;
import net.alexnet.features.FeatureFile;
import net.alexnet.features.FeatureLayer;
import net.alexnet.features.FeatureStore;
import net.alexnet.features.KeptFeatures;
import net.alexnet.features.StoredFeatures;
import net.alexnet.image.PictureCodec;
import net.alexnet.image.Preprocessing;
import net.alexnet.model.Model;
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
    private ViewOption look = new ViewOption();

    @Mixin
    private Engine engine = new Engine();

    FeaturesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /// What was written.
    private record Report(String out, String layer, List<Integer> shape, int rows, List<Rejected> rejected) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        try {
            for (Path file : FeatureFile.Format.of(out).files(out)) {
                OutputFile.require("--out", file, data, force);
            }
        } catch (IllegalArgumentException e) {
            throw new MisuseException("--out: " + e.getMessage());
        }
        ModelFile file = ModelFile.find(model, which);
        try (ConsoleProgress progress = new ConsoleProgress(terminal, mode); Backend backend = engine.open()) {
            Model opened = file.open(backend);
            Preprocessing preprocessing = opened.card().preprocessing();
            look.note(preprocessing).ifPresent(note -> terminal.err().println("note: " + note));
            FeatureLayer wanted = layer.of(opened.network().architecture());
            FeatureExtractor extractor = new FeatureExtractor(
                    opened.network(), wanted, preprocessing, look.views(), KeptFeatures.BATCH, engine.threads());
            PictureCodec codec = new OpenCvCodec();
            PictureSource source = PictureSource.open(data, codec, preprocessing);
            boolean kept = extractor.layer().length() * (long) Float.BYTES
                    * source.pictures().size() <= FeatureStore.LIMIT;
            print(write(source, extractor.layer(), progress, kept
                    ? taker -> kept(CachedFeatures.of(source, extractor, file.layers(wanted.end()), codec, progress,
                            terminal.interruption()::asked), source, taker)
                    : taker -> computed(extractor, source, codec, progress, taker)));
        }
        return 0;
    }

    /// Where features come from.
    @FunctionalInterface
    private interface Rows {
        /// Hands over what each picture has, in their order.
        ///
        /// @return the pictures that have none
        List<Rejected> into(Taker taker) throws IOException, InterruptedException;
    }

    private static List<Rejected> kept(StoredFeatures features, PictureSource source, Taker taker) throws IOException {
        for (int i = 0; i < features.rows().size(); i++) {
            taker.take(features.rows().get(i).picture(), features.row(i));
        }
        return CachedFeatures.rejected(features, source);
    }

    /// More than the store keeps: straight into the file.
    private static List<Rejected> computed(FeatureExtractor extractor, PictureSource source, PictureCodec codec,
            ConsoleProgress progress, Taker taker) throws IOException, InterruptedException {
        Preprocessing preprocessing = extractor.preprocessing();
        TolerantSquares squares = new TolerantSquares(
                source.pictures(), codec, preprocessing.resize(), preprocessing.channels());
        extractor.extractInWholeBatches(squares, (picture, features) -> {
            if (squares.reason(picture) == null) {
                taker.take(picture, features);
            }
        }, progress::extracting);
        return squares.rejected();
    }

    private Report write(PictureSource source, FeatureLayer wanted, ConsoleProgress progress, Rows rows)
            throws IOException, InterruptedException {
        PictureSet pictures = source.pictures();
        try (FeatureFile file = FeatureFile.create(out, wanted.shape())) {
            List<Rejected> unread = rows.into((picture, features) -> {
                if (terminal.interruption().asked()) {
                    throw new IOException("stopped; " + out + " was not written");
                }
                file.add(pictures.name(picture), EveryPicture.className(pictures, picture), features);
            });
            progress.clear();
            List<Rejected> rejected = new ArrayList<>(source.rejected());
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
