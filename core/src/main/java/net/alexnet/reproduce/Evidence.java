package net.alexnet.reproduce;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import module java.base;
import net.alexnet.inference.CsvTable;
import net.alexnet.inference.ProbabilityTable;
import net.alexnet.inference.TopK;
import net.alexnet.io.RegularFile;

/// What a finished run shows: its log's epochs, and its last checkpoint's answers for the validation pictures.
///
/// @param run its folder
/// @param arm the name of its arm
/// @param seed of the run
/// @param epochs the `epoch` lines of its log
/// @param classes the true class of each picture
/// @param oneView the most probable class of each picture by its center view
/// @param tenViews the same by ten views
record Evidence(Path run, String arm, int seed, List<JsonNode> epochs, List<Integer> classes, List<Integer> oneView,
        List<Integer> tenViews) {
    static final String LOG = "log.jsonl";

    /// The probabilities, from which averages of networks are computed. It may be deleted afterwards.
    static final String PROBABILITIES = "probabilities.safetensors";

    /// The most probable class of each validation picture: small enough to be kept for good.
    static final String PREDICTIONS = "predicted.csv";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    Evidence {
        epochs = List.copyOf(epochs);
    }

    /// Reads what a run left.
    static Evidence read(Path run, String arm, int seed) throws IOException {
        List<List<Integer>> rows = RegularFile.text(run.resolve(PREDICTIONS)).lines().skip(1)
                .map(line -> Arrays.stream(line.split(",", -1)).map(Integer::valueOf).toList()).toList();
        return new Evidence(run, arm, seed, epochs(run), rows.stream().map(row -> row.get(0)).toList(),
                rows.stream().map(row -> row.get(1)).toList(), rows.stream().map(row -> row.get(2)).toList());
    }

    /// The `epoch` lines of a run's log; none without a log. A line that a crash cut short is left out, and of two lines for
    /// one epoch, which a crash may leave too, the later one counts.
    static List<JsonNode> epochs(Path run) throws IOException {
        SortedMap<Integer, JsonNode> epochs = new TreeMap<>();
        Path log = run.resolve(LOG);
        for (String line : Files.exists(log) ? RegularFile.text(log).lines().toList() : List.<String>of()) {
            JsonNode json = parsed(line);
            if (json.path("kind").asText().equals("epoch")) {
                epochs.put(json.path("epoch").asInt(), json);
            }
        }
        return List.copyOf(epochs.values());
    }

    private static JsonNode parsed(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            return JSON.missingNode();
        }
    }

    /// The probabilities for the validation pictures; empty if the file was deleted.
    Optional<ProbabilityTable.Stored> table() throws IOException {
        Path file = run.resolve(PROBABILITIES);
        return Files.exists(file) ? Optional.of(ProbabilityTable.read(file)) : Optional.empty();
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
    double[] mistakes(boolean ten) {
        List<Integer> found = ten ? tenViews : oneView;
        return IntStream.range(0, classes.size()).mapToDouble(i -> found.get(i).equals(classes.get(i)) ? 0 : 1)
                .toArray();
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
