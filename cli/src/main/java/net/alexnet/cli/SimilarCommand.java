package net.alexnet.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import module java.base;
import net.alexnet.Features;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet similar`: the right half of figure 4 of the paper.
@Command(name = "similar", description = "Find the pictures of a folder that are most similar to given ones: nearest by Euclidean distance of the last"
        + " hidden layer.", footer = {
            "", "Examples:",
            "  ./alexnet similar runs/latest cat.jpg --in album/",
            "  ./alexnet similar alexnet.safetensors cat.jpg dog.jpg --in album/ --top 10",
            "", "./alexnet figure neighbors draws them."})
final class SimilarCommand extends ProgressCommand {
    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE|DIR", description = "Pictures to find similar ones for.")
    private List<Path> queries = List.of();

    @Option(names = "--in", required = true, paramLabel = "DIR", description = "Where to search: a folder of pictures, with or without class folders, or a prepared dataset.")
    private Path in = Path.of("");

    @Option(names = "--top", paramLabel = "N", description = "How many to show. Default: ${DEFAULT-VALUE}.")
    private int top = 6;

    @Mixin
    private FeatureOptions options = new FeatureOptions();

    private record Found(String file, List<Similar> similar) {}

    private record Similar(double distance, String file, @JsonProperty("class") @Nullable String className) {}

    @Override
    int run(ConsoleProgress progress) throws IOException, InterruptedException {
        within("--top", top, 1, Integer.MAX_VALUE);
        List<Features.Found> found = options.features(progress).similar(queries, in, top,
                terminal().interruption()::stopRequested);
        progress.clear();
        print(found.stream().map(one -> new Found(one.file(), one.similar().stream().map(like -> new Similar(
                like.distance(), like.file().toString(), like.label().orElse(null))).toList())).toList(), lines(found));
        return found.isEmpty() ? 1 : 0;
    }

    private static List<String> lines(List<Features.Found> found) {
        List<String> lines = new ArrayList<>();
        for (Features.Found one : found) {
            lines.add(one.file());
            one.similar().forEach(like -> lines.add(String.format(Locale.ROOT, "  %10.4f  %s%s", like.distance(),
                    like.file(), like.label().map(label -> "  (" + label + ")").orElse(""))));
        }
        return lines;
    }
}
