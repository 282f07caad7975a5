package net.alexnet.reproduce;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import module java.base;
import net.alexnet.inference.CsvTable;
import net.alexnet.inference.ProbabilityTable;
import net.alexnet.inference.TopK;
import net.alexnet.io.RegularFile;

/// What a finished run shows: its log's epochs, and its last checkpoint's answers for the validation pictures.
///
/// @param arm the name of its arm
/// @param seed of the run
/// @param epochs the `epoch` lines of its log
/// @param table the probabilities for the validation pictures
record Evidence(String arm, int seed, List<JsonNode> epochs, ProbabilityTable.Stored table) {
    static final String LOG = "log.jsonl";

    /// The probabilities, from which averages of networks are computed.
    static final String PROBABILITIES = "probabilities.safetensors";

    /// The most probable class of each validation picture: small enough to be kept for good.
    static final String PREDICTIONS = "predicted.csv";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    Evidence {
        epochs = List.copyOf(epochs);
    }

    /// Reads what a run left.
    static Evidence read(Path run, String arm, int seed) throws IOException {
        return new Evidence(arm, seed, epochs(run), ProbabilityTable.read(run.resolve(PROBABILITIES)));
    }

    /// The `epoch` lines of a run's log.
    static List<JsonNode> epochs(Path run) throws IOException {
        List<JsonNode> epochs = new ArrayList<>();
        for (String line : RegularFile.text(run.resolve(LOG)).lines().toList()) {
            JsonNode json = JSON.readTree(line);
            if (json.path("kind").asText().equals("epoch")) {
                epochs.add(json);
            }
        }
        return epochs;
    }

    /// Writes the most probable classes of a table.
    static void writePredictions(Path file, ProbabilityTable.Stored table) throws IOException {
        int[] center = best(table.center(), table.classes());
        int[] views = best(table.views(), table.classes());
        try (CsvTable csv = CsvTable.withHeader(file, List.of("class", "one_view", "ten_views"))) {
            for (int i = 0; i < center.length; i++) {
                csv.write(List.of(table.labels()[i], center[i], views[i]));
            }
            csv.publish();
        }
    }

    /// The most probable class of each row.
    static int[] best(float[] rows, int classes) {
        return IntStream.range(0, rows.length / classes)
                .map(row -> TopK.best(rows, row * classes, classes, 1).getFirst()).toArray();
    }

    /// For each picture 1 if the most probable class is wrong, else 0.
    double[] mistakes(boolean tenViews) {
        return mistakes(tenViews ? table.views() : table.center(), table);
    }

    static double[] mistakes(float[] rows, ProbabilityTable.Stored table) {
        int[] best = best(rows, table.classes());
        return IntStream.range(0, best.length).mapToDouble(i -> best[i] == table.labels()[i] ? 0 : 1).toArray();
    }

    /// A value of the last epoch.
    double last(String key) {
        return epochs.getLast().path(key).asDouble();
    }

    /// The epoch in which the training error came down to a value, with the fraction of an epoch by linear interpolation;
    /// empty if it never did.
    static OptionalDouble crossing(List<JsonNode> epochs, double error) {
        double before = Double.NaN;
        for (JsonNode line : epochs) {
            double now = line.path("training_top1_error").asDouble();
            double epoch = line.path("epoch").asDouble();
            if (now <= error) {
                return OptionalDouble.of(Double.isNaN(before) ? epoch : epoch - (error - now) / (before - now));
            }
            before = now;
        }
        return OptionalDouble.empty();
    }
}
