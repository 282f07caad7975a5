package net.alexnet.reproduce;

import module java.base;
import net.alexnet.inference.CsvTable;
import net.alexnet.inference.ProbabilityTable;
import net.alexnet.inference.TopK;
import net.alexnet.io.RegularFile;
import net.alexnet.report.RunLog;
import net.alexnet.report.RunLog.Epoch;
import net.alexnet.train.RunFolder;

/// What a finished run shows: its log's epochs, and its last checkpoint's answers for the validation pictures.
///
/// @param run its folder
/// @param arm the name of its arm
/// @param seed of the run
/// @param epochs of its log
/// @param classes the true class of each picture
/// @param oneView the most probable class of each picture by its center view
/// @param tenViews the same by ten views
record FinishedRun(Path run, String arm, int seed, List<Epoch> epochs, List<Integer> classes, List<Integer> oneView,
        List<Integer> tenViews) {
    /// The probabilities, from which averages of networks are computed. It may be deleted afterwards.
    static final String PROBABILITIES = "probabilities.safetensors";

    /// The most probable class of each validation picture: small enough to be kept for good.
    static final String PREDICTIONS = "predicted.csv";

    FinishedRun {
        epochs = List.copyOf(epochs);
    }

    /// Reads what a run left.
    static FinishedRun read(Path run, String arm, int seed) throws IOException {
        List<List<Integer>> rows = RegularFile.text(run.resolve(PREDICTIONS)).lines().skip(1)
                .map(line -> Arrays.stream(line.split(",", -1)).map(Integer::valueOf).toList()).toList();
        return new FinishedRun(run, arm, seed, epochs(run), rows.stream().map(row -> row.get(0)).toList(),
                rows.stream().map(row -> row.get(1)).toList(), rows.stream().map(row -> row.get(2)).toList());
    }

    /// The epochs of a run's log; none without a log.
    static List<Epoch> epochs(Path run) throws IOException {
        return RunLog.read(new RunFolder(run).log()).epochs();
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

    /// The top-1 error on the validation pictures after the last epoch, a fraction.
    double validationError() {
        return epochs.getLast().validation().orElseThrow().top1();
    }

    /// The top-1 error on the training batches of the last epoch, a fraction.
    double trainingError() {
        return epochs.getLast().trainingTop1().orElseThrow();
    }

    /// The epoch in which the training error came down to a value, with the fraction of an epoch by linear interpolation;
    /// empty if it never did.
    static OptionalDouble crossing(List<Epoch> epochs, double error) {
        double before = Double.NaN;
        for (Epoch line : epochs) {
            double now = line.trainingTop1().orElse(Double.NaN);
            double epoch = line.epoch();
            if (now <= error) {
                return OptionalDouble.of(Double.isNaN(before) ? epoch : epoch - (error - now) / (before - now));
            }
            before = now;
        }
        return OptionalDouble.empty();
    }
}
