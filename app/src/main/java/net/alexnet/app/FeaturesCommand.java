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
import net.alexnet.features.FeatureFile;
import net.alexnet.features.FeatureLayer;
import net.alexnet.features.FeatureStore;
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
    static final int BATCH = 64; // views at a time

    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A run's folder, one of its checkpoints, a model.safetensors, or the name of a pulled model.")
    private Path model = Path.of("");

    @Option(names = "--data", required = true, paramLabel = "DIR|FILE", description = "A folder of pictures, with class folders or without, a prepared dataset, or a single file; may be given often. Every picture is taken once.")
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
                    opened.network(), wanted, preprocessing, look.views(), BATCH, engine.threads());
            PictureCodec codec = new OpenCvCodec();
            PictureSource source = PictureSource.open(data, codec, preprocessing);
            Report report = extractor.layer().length() * (long) Float.BYTES
                    * source.pictures().size() <= FeatureStore.LIMIT
                            ? writeKept(
                                    CachedFeatures.of(source, extractor, file.layers(wanted.end()), codec, progress),
                                    extractor,
                                    source, progress)
                            : write(extractor, source, codec, progress);
            print(report);
        }
        return 0;
    }

    private Report writeKept(
            StoredFeatures features, FeatureExtractor extractor, PictureSource source, ConsoleProgress progress)
            throws IOException {
        PictureSet pictures = source.pictures();
        List<Rejected> rejected = new ArrayList<>(source.rejected());
        rejected.addAll(CachedFeatures.rejected(features, source));
        if (features.rows().isEmpty()) {
            throw none(pictures, rejected, progress);
        }
        try (FeatureFile file = FeatureFile.create(out, extractor.layer().shape())) {
            for (int i = 0; i < features.rows().size(); i++) {
                int picture = features.rows().get(i).picture();
                file.add(pictures.name(picture), EveryPicture.className(pictures, picture), features.row(i));
            }
            return finish(file, features.rows().size(), rejected, extractor, progress);
        }
    }

    /// More than the store keeps: straight into the file.
    private Report write(
            FeatureExtractor extractor, PictureSource source, PictureCodec codec, ConsoleProgress progress)
            throws IOException, InterruptedException {
        Preprocessing preprocessing = extractor.preprocessing();
        TolerantSquares squares = new TolerantSquares(
                source.pictures(), codec, preprocessing.resize(), preprocessing.channels());
        try (FeatureFile file = FeatureFile.create(out, extractor.layer().shape())) {
            extractor.extract(squares, (picture, features) -> {
                if (squares.reason(picture) == null) {
                    file.add(squares.name(picture), EveryPicture.className(squares, picture), features.getFirst());
                }
            }, progress::extracting);
            progress.clear();
            List<Rejected> rejected = new ArrayList<>(source.rejected());
            rejected.addAll(squares.rejected());
            int rows = squares.size() - squares.rejected().size();
            if (rows == 0) {
                throw none(squares, rejected, progress);
            }
            return finish(file, rows, rejected, extractor, progress);
        }
    }

    private Report finish(FeatureFile file, int rows, List<Rejected> rejected, FeatureExtractor extractor,
            ConsoleProgress progress) throws IOException {
        warn(rejected, progress);
        file.finish();
        return new Report(out.toString(), extractor.layer().name(), extractor.layer().shape().dims(), rows, rejected);
    }

    private IOException none(PictureSet pictures, List<Rejected> rejected, ConsoleProgress progress) {
        warn(rejected, progress);
        return new IOException("none of the " + pictures.size() + " files can be read as a picture; " + out
                + " was not written");
    }

    private static void warn(List<Rejected> rejected, ConsoleProgress progress) {
        rejected.forEach(one -> progress.warning("left out " + one.name() + ": " + one.reason()));
    }

    private void print(Report report) throws IOException {
        terminal.out().println(json
                ? Json.of(report)
                : report.out() + ": " + report.rows() + " pictures × " + report.shape().stream()
                        .map(String::valueOf).reduce((a, b) -> a + " × " + b).orElse("")
                        + " of " + report.layer() + ", " + Text.bytes(Files.size(out)));
    }
}
