package net.alexnet.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import net.alexnet.data.AllImages;
import net.alexnet.data.SkippingDataset;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.CachedFeatures;
import net.alexnet.inference.FeatureCache;
import net.alexnet.inference.FeatureExtractor;
import net.alexnet.inference.HnswIndex;
import net.alexnet.inference.Model;
import net.alexnet.inference.NearestNeighbors;
import net.alexnet.inference.Neighbor;
import net.alexnet.io.AtomicFiles;
import net.alexnet.tensor.Backend;
import net.alexnet.torch.OpenCvCodec;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet similar`: figure 4 of the paper, right half.
@Command(name = "similar", mixinStandardHelpOptions = true, description = "Finds the pictures of a folder that a network takes for most like a given one: nearest by Euclidean distance of the last"
        + " hidden layer.")
final class SimilarCommand implements Callable<Integer> {
    /// From here on an index is built unasked. Comparing with all reads 16 KiB a picture for fc7, which at 100,000
    /// pictures is 1.6 GB and begins to take longer than a person waits for.
    static final int MANY = 100_000;

    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A run's folder, one of its checkpoints, a model.safetensors, or the name of a pulled model.")
    private Path model = Path.of("");

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE|DIR", description = "Pictures to find the like of.")
    private List<Path> queries = List.of();

    @Option(names = "--in", required = true, paramLabel = "DIR", description = "Where to look: a folder of pictures, with class folders or without, or a prepared dataset. Its features are kept in"
            + " your cache folder.")
    private Path in = Path.of("");

    @Option(names = "--top", paramLabel = "N", description = "How many to show. Default: ${DEFAULT-VALUE}.")
    private int top = 6;

    @Option(names = "--approximate", description = "By an index (HNSW), which is fast among very many pictures and may miss some; the default from 100,000 on. It"
            + " is kept, too.")
    private boolean approximate;

    @Option(names = "--html", paramLabel = "FILE", description = "A page with the pictures, a row for each of yours.")
    private Optional<Path> html = Optional.empty();

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = "last or best of the run's checkpoints. Default: last; of a fine-tuned run, best.")
    private ModelFile.@Nullable Which which;

    @Option(names = "--force", description = "Replace the page if it exists.")
    private boolean force;

    @Option(names = "--progress", paramLabel = "MODE", description = "auto, plain or none. Default: auto.")
    private ProgressMode mode = ProgressMode.AUTO;

    @Option(names = "--json", description = "One JSON array on standard output, and nothing else there.")
    private boolean json;

    @Mixin
    private LayerOption layer = new LayerOption();

    @Mixin
    private ViewOption viewOption = new ViewOption();

    @Mixin
    private Engine engine = new Engine();

    SimilarCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /// What is like a picture.
    ///
    /// @param index the picture's among those asked about
    record Found(@JsonIgnore int index, String file, List<Like> similar) {}

    /// @param picture its index where it was looked for
    /// @param distance 0 for the same content
    record Like(@JsonIgnore int picture, double distance, String file,
            @JsonIgnore Optional<String> className) {
        /// As JSON has it: null for a picture without a class.
        @JsonProperty("class")
        @Nullable
        String knownClass() {
            return className.orElse(null);
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (top < 1) {
            throw new UsageException("--top must be at least 1, found " + top);
        }
        if (html.isPresent()) {
            OutputFile.require("--html", html.get(), queries, force);
        }
        ModelFile file = ModelFile.find(model, which);
        try (ConsoleProgress progress = new ConsoleProgress(terminal, mode); Backend backend = engine.open()) {
            Model opened = file.open(backend);
            Preprocessing preprocessing = opened.card().preprocessing();
            viewOption.note(preprocessing).ifPresent(note -> terminal.err().println("note: " + note));
            FeatureExtractor extractor = new FeatureExtractor(opened.network(),
                    layer.of(opened.network().architecture()), preprocessing, viewOption.views(), FeatureCache.BATCH,
                    engine.threads());
            ImageCodec codec = new OpenCvCodec();
            ImageSource asked = ImageSource.open(queries, codec, preprocessing);
            ImageSource source = ImageSource.open(in, codec, preprocessing);
            CachedFeatures features = FeatureCaching.of(source, extractor,
                    file.layers(extractor.layer().end()), codec, progress, terminal.interruption()::asked);
            terminal.interruption().ignore(); // what follows leaves nothing that is worth a wait
            progress.leftOut(source.rejected());
            progress.leftOut(FeatureCaching.rejected(features, source));
            if (features.rows().isEmpty()) {
                throw new IOException("none of the files in " + in + " can be read as a picture");
            }
            SkippingDataset squares = new SkippingDataset(
                    asked.pictures(), codec, preprocessing.resize(), preprocessing.channels());
            List<Found> found = find(extractor, asked, squares, source, features, progress);
            progress.clear();
            progress.leftOut(squares.rejected());
            if (html.isPresent()) {
                AtomicFiles.writeString(html.get(), ContactSheet.of(found, asked, source, codec));
            }
            print(found);
            return found.isEmpty() ? 1 : 0;
        }
    }

    private List<Found> find(FeatureExtractor extractor, ImageSource asked, SkippingDataset squares,
            ImageSource source, CachedFeatures features, ConsoleProgress progress)
            throws IOException, InterruptedException {
        Map<String, Integer> rowOf = new HashMap<>();
        for (int i = 0; i < features.rows().size(); i++) {
            rowOf.putIfAbsent(features.rows().get(i).content(), i);
        }
        List<Found> found = new ArrayList<>();
        try (Search search = search(features, progress)) {
            extractor.extract(squares, (picture, own) -> {
                if (squares.reason(picture) != null) {
                    return;
                }
                // A picture that is there has the very same features, which batches of other sizes may round otherwise.
                Optional<Integer> same = Optional.ofNullable(rowOf.get(squares.contentId(picture)));
                float[] query = same.map(features::row).orElse(own);
                int itself = itself(asked.file(picture), source, features);
                List<Like> like = new ArrayList<>();
                for (Neighbor near : search.nearest(query, top, itself)) {
                    int index = features.rows().get(near.row()).picture();
                    like.add(new Like(index, near.distance(), source.file(index).toString(),
                            AllImages.className(source.pictures(), index)));
                }
                found.add(new Found(picture, squares.name(picture), like));
            }, (_, _) -> {});
        }
        return found;
    }

    /// The row of the very file that is asked about, or none.
    private static int itself(Path file, ImageSource source, CachedFeatures features) throws IOException {
        for (int i = 0; i < features.rows().size(); i++) {
            if (source.is(features.rows().get(i).picture(), file)) {
                return i;
            }
        }
        return -1;
    }

    // --- how to search -----------------------------------------------------------------------------------------------

    /// One of the two ways.
    private interface Search extends AutoCloseable {
        List<Neighbor> nearest(float[] query, int count, int itself) throws IOException;

        @Override
        default void close() throws IOException {}
    }

    private Search search(CachedFeatures features, ConsoleProgress progress) throws IOException {
        if (!approximate && features.rows().size() < MANY) {
            return (query, count, itself) -> NearestNeighbors.nearest(features, query, count, row -> row != itself);
        }
        int rows = features.rows().size();
        HnswIndex index = HnswIndex.open(features, done -> progress.indexing(done, rows));
        progress.clear();
        return new Search() {
            @Override
            public List<Neighbor> nearest(float[] query, int count, int itself) throws IOException {
                return index.nearest(query, count, row -> row != itself);
            }

            @Override
            public void close() throws IOException {
                index.close();
            }
        };
    }

    private void print(List<Found> found) {
        if (json) {
            terminal.out().println(Json.of(found));
            return;
        }
        for (Found one : found) {
            terminal.out().println(one.file());
            for (Like like : one.similar()) {
                terminal.out().println(String.format(Locale.ROOT, "  %10.4f  %s%s", like.distance(), like.file(),
                        like.className().map(name -> "  (" + name + ")").orElse("")));
            }
        }
        html.ifPresent(page -> terminal.out().println("page: " + page));
    }
}
