package net.alexnet.reproduce;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import module java.base;
import net.alexnet.Features;
import net.alexnet.Options;
import net.alexnet.data.ProgressListener;
import net.alexnet.figure.NeighborShare;
import net.alexnet.figure.TowerColors;
import net.alexnet.inference.Engines;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.RegularFile;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import net.alexnet.train.ModelFile;

/// What figures 3 and 4 of the paper show, as numbers in files of a run's folder.
final class Measures {
    /// The difference of the towers' mean color share, and its p.
    static final String TOWERS = "towers.json";

    /// How often the nearest training pictures have a picture's class, for some layers.
    static final String NEIGHBORS = "neighbors.json";

    /// How many of the nearest training pictures count, as in figure 4.
    static final int NEAREST = 6;

    private static final List<String> LAYERS = List.of("fc7", "pool5", "pixels");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Measures() {}

    static JsonNode read(Path file) throws IOException {
        return JSON.readTree(RegularFile.text(file));
    }

    /// Writes [#TOWERS] for a network of two towers that reads color.
    static void writeTowers(Path run, Options options) throws IOException {
        try (Backend backend = Engines.open(options.device(), options.threads(), Precision.FLOAT32)) {
            Optional<TowerColors> colors = TowerColors.of(ModelFile.find(run, ModelFile.Which.LAST).open(backend));
            if (colors.isPresent() && colors.get().p().isPresent()) {
                AtomicFiles.writeString(run.resolve(TOWERS), JSON.writeValueAsString(new TreeMap<>(Map.of("difference",
                        colors.get().difference().orElseThrow(), "p", colors.get().p().orElseThrow()))) + "\n");
            }
        }
    }

    /// Writes [#NEIGHBORS].
    static void writeNeighbors(Path run, Options options, ProgressListener listener, BooleanSupplier stop)
            throws IOException, InterruptedException {
        Map<String, NeighborShare> shares = new TreeMap<>();
        for (String layer : LAYERS) {
            shares.put(layer, Features.of(run).layer(layer).options(options).listener(listener)
                    .neighborShare(NEAREST, stop));
        }
        AtomicFiles.writeString(run.resolve(NEIGHBORS), JSON.writeValueAsString(shares) + "\n");
    }
}
