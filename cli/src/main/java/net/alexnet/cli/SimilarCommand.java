package net.alexnet.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import net.alexnet.data.AllImages;
import net.alexnet.data.RejectedImage;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.CachedFeatures;
import net.alexnet.inference.FeatureCache;
import net.alexnet.inference.NearestNeighbors;
import net.alexnet.io.AtomicFiles;
import net.alexnet.torch.OpenCvCodec;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet similar`: figure 4 of the paper, right half.
@Command(name = "similar", mixinStandardHelpOptions = true, description = "Finds the pictures of a folder that are most similar to a given one: nearest by Euclidean distance of the last"
        + " hidden layer.")
final class SimilarCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A run's folder, one of its checkpoints, a model.safetensors, or the name of a pulled model.")
    private Path model = Path.of("");

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE|DIR", description = "Pictures to find similar ones for.")
    private List<Path> queries = List.of();

    @Option(names = "--in", required = true, paramLabel = "DIR", description = "Where to search: a folder of pictures, with class folders or without, or a prepared dataset. Its features are stored in"
            + " your cache folder.")
    private Path in = Path.of("");

    @Option(names = "--top", paramLabel = "N", description = "How many to show. Default: ${DEFAULT-VALUE}.")
    private int top = 6;

    @Option(names = "--html", paramLabel = "FILE", description = "A page with the pictures, a row for each of yours.")
    private Optional<Path> html = Optional.empty();

    @Mixin
    private FeatureOptions options = new FeatureOptions();

    SimilarCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /// A picture and those most similar to it.
    ///
    /// @param index of the picture among the queries
    record Found(@JsonIgnore int index, String file, List<Similar> similar) {}

    /// @param index of the picture where it was searched for
    /// @param distance 0 for the same content
    /// @param className null for a picture without a class
    record Similar(@JsonIgnore int index, double distance, String file,
            @JsonProperty("class") @Nullable String className) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (top < 1) {
            throw new UsageException("--top must be at least 1, found " + top);
        }
        if (html.isPresent()) {
            OutputFile.require("--html", html.get(), queries, options.force());
        }
        return options.run(model, terminal, new OpenCvCodec(), this::search);
    }

    private int search(FeatureCache cache, ImageCodec codec, ConsoleProgress progress)
            throws IOException, InterruptedException {
        Preprocessing preprocessing = cache.extractor().preprocessing();
        ImageSource asked = ImageSource.open(queries, codec, preprocessing);
        ImageSource source = ImageSource.open(in, codec, preprocessing);
        CachedFeatures features = cache.of(source.pictures());
        terminal.interruption().ignore(); // from here on nothing is worth a wait
        progress.leftOut(source.rejected());
        progress.leftOut(FeatureCache.rejected(features, source.pictures()));
        if (features.rows().isEmpty()) {
            throw new IOException("none of the files in " + in + " can be read as a picture");
        }
        List<Found> found = new ArrayList<>();
        List<RejectedImage> unread = cache.queries(asked.pictures(), features, (image, query) -> found.add(
                new Found(image, asked.pictures().name(image),
                        nearest(query, asked.file(image), source, features))));
        progress.clear();
        progress.leftOut(unread);
        if (html.isPresent()) {
            AtomicFiles.writeString(html.get(), ContactSheet.of(found, asked, source, codec));
        }
        print(found);
        return found.isEmpty() ? 1 : 0;
    }

    /// The nearest pictures but the very file that is asked about.
    private List<Similar> nearest(float[] query, Path file, ImageSource source, CachedFeatures features)
            throws IOException {
        int itself = -1;
        for (int i = 0; i < features.rows().size() && itself < 0; i++) {
            itself = source.is(features.rows().get(i).picture(), file) ? i : -1;
        }
        int excluded = itself;
        return NearestNeighbors.nearest(features, query, top, row -> row != excluded).stream().map(near -> {
            int index = features.rows().get(near.row()).picture();
            return new Similar(index, near.distance(), source.file(index).toString(),
                    AllImages.className(source.pictures(), index).orElse(null));
        }).toList();
    }

    private void print(List<Found> found) {
        if (options.json()) {
            terminal.out().println(Json.of(found));
            return;
        }
        for (Found one : found) {
            terminal.out().println(one.file());
            for (Similar like : one.similar()) {
                terminal.out().println(String.format(Locale.ROOT, "  %10.4f  %s%s", like.distance(), like.file(),
                        like.className() == null ? "" : "  (" + like.className() + ")"));
            }
        }
        html.ifPresent(page -> terminal.out().println("page: " + page));
    }
}
