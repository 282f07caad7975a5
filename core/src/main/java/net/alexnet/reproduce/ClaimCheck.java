package net.alexnet.reproduce;

import com.fasterxml.jackson.databind.JsonNode;
import module java.base;
import net.alexnet.inference.ProbabilityTable;
import net.alexnet.report.RunLog.Epoch;
import net.alexnet.reproduce.Claim.Averages;
import net.alexnet.reproduce.Claim.Elsewhere;
import net.alexnet.reproduce.Claim.EpochsTo;
import net.alexnet.reproduce.Claim.Higher;
import net.alexnet.reproduce.Claim.Metric;
import net.alexnet.reproduce.Claim.Neighbors;
import net.alexnet.reproduce.Claim.TenViews;
import net.alexnet.reproduce.Claim.TowerColor;

/// Computes the result of a claim from the finished runs.
///
/// All errors are in percent. Every difference is taken so that it is above 0 where the claim holds.
record ClaimCheck(Runs runs) {
    private static final double PERCENT = 100;
    private static final String POINTS = "percentage points";
    private static final double[] NONE = {};
    private static final double LEVEL = 0.05;

    /// The key of [Reading#more] that says that the figure is a lower bound.
    static final String BOUND = "ratio_is_at_least";

    /// Averages are taken of so many networks at most: eight have 56 subsets of five, twenty have 15,504.
    private static final int MOST_AVERAGED = 8;

    /// What a test reads.
    ///
    /// @param comparison empty where too few runs are finished
    /// @param seeds how many runs of each arm are finished
    /// @param judged which of the runs' values is compared
    record Reading(String unit, String judged, Optional<ArmDifference> comparison, List<Result.Run> runs,
            Map<String, Object> more,
            int seeds) {}

    Reading read(Claim claim) throws IOException {
        return switch (claim.experiment()) {
            case Higher higher -> higher(higher);
            case TenViews views -> tenViews(views);
            case Averages averages -> averages(averages);
            case EpochsTo epochs -> epochsTo(epochs);
            case TowerColor towers -> towerColor(towers);
            case Neighbors neighbors -> neighbors(neighbors);
            case Elsewhere _ -> new Reading("", "", Optional.empty(), List.of(), Map.of(), 0);
        };
    }

    /// The evaluated runs of an arm, of all its seeds.
    ///
    /// @throws IOException if they were evaluated on different pictures
    private List<FinishedRun> finished(Arm arm) throws IOException {
        List<FinishedRun> found = new ArrayList<>();
        for (int seed : runs.seeds(arm)) {
            if (Files.exists(runs.path(arm, seed).resolve(FinishedRun.PREDICTIONS))) {
                found.add(runs.finished(arm, seed));
                requireSamePictures(found.getFirst(), found.getLast());
            }
        }
        return found;
    }

    private static void requireSamePictures(FinishedRun one, FinishedRun other) throws IOException {
        if (!one.classes().equals(other.classes())) {
            throw new IOException(
                    one.run() + " and " + other.run() + " were evaluated on different pictures, so they cannot"
                            + " be compared. Remove one of them, or name another folder");
        }
    }

    private Result.Run run(FinishedRun finished, SequencedMap<String, Double> values) {
        return new Result.Run(finished.arm(), finished.seed(), folder(finished.arm(), finished.seed()), values);
    }

    private static String folder(String arm, int seed) {
        return "runs/" + arm + "/seed-" + seed;
    }

    // --- one experiment each -------------------------------------------------------------------------------------------

    private Reading higher(Higher test) throws IOException {
        List<FinishedRun> arm = finished(test.arm());
        List<FinishedRun> baseline = finished(test.baseline());
        List<Result.Run> all = new ArrayList<>();
        for (FinishedRun one : Stream.concat(baseline.stream(), arm.stream()).toList()) {
            all.add(run(one, values("top1_error", PERCENT * mean(one.mistakes(false)),
                    "training_top1_error", PERCENT * one.trainingError(),
                    "gap", PERCENT * (one.validationError() - one.trainingError()))));
        }
        String judged = switch (test.metric()) {
            case TOP1_ERROR -> "top1_error";
            case TRAINING_ERROR -> "training_top1_error";
            case GAP -> "gap";
        };
        int least = Math.min(arm.size(), baseline.size());
        if (least == 0) {
            return new Reading(POINTS, judged, Optional.empty(), all, Map.of(), 0);
        }
        requireSamePictures(arm.getFirst(), baseline.getFirst());
        double[] perPicture = test.metric() == Metric.TOP1_ERROR
                ? minus(meanMistakes(arm, false), meanMistakes(baseline, false))
                : NONE;
        return new Reading(POINTS, judged, Optional.of(ArmDifference.of(values(all, test.arm(), judged),
                values(all, test.baseline(), judged), perPicture)), all, Map.of(), least);
    }

    private static double[] values(List<Result.Run> runs, Arm arm, String key) {
        return runs.stream().filter(run -> run.arm().equals(arm.name())).mapToDouble(run -> run.values().get(key))
                .toArray();
    }

    private Reading tenViews(TenViews test) throws IOException {
        List<FinishedRun> nets = finished(test.arm());
        List<Result.Run> all = new ArrayList<>();
        double[] gains = new double[nets.size()];
        for (int i = 0; i < gains.length; i++) {
            double one = PERCENT * mean(nets.get(i).mistakes(false));
            double ten = PERCENT * mean(nets.get(i).mistakes(true));
            all.add(run(nets.get(i), values("one_view", one, "ten_views", ten)));
            gains[i] = one - ten;
        }
        return new Reading(POINTS, "", nets.isEmpty()
                ? Optional.empty()
                : Optional.of(ArmDifference.paired(gains, minus(meanMistakes(nets, false), meanMistakes(nets, true)))),
                all, Map.of(), nets.size());
    }

    private Reading averages(Averages test) throws IOException {
        List<FinishedRun> nets = finished(test.arm());
        nets = nets.subList(0, Math.min(MOST_AVERAGED, nets.size()));
        List<Result.Run> all = new ArrayList<>();
        List<ProbabilityTable.Stored> tables = new ArrayList<>();
        for (FinishedRun net : nets) {
            all.add(run(net, values("one_view", PERCENT * mean(net.mistakes(false)))));
            net.table().ifPresent(tables::add);
        }
        int members = test.members();
        int count = tables.size();
        if (count < members || count < nets.size()) {
            return new Reading(POINTS, "", Optional.empty(), all, Map.of(), count);
        }
        List<double[]> singles = nets.stream().map(net -> net.mistakes(false)).toList();
        List<List<Integer>> subsets = subsets(IntStream.range(0, count).boxed().toList(), members);
        List<double[]> averaged = subsets.stream().map(subset -> mistakesOfAverage(tables, subset, false)).toList();
        double[] without = count == members
                ? NONE
                : IntStream.range(0, count).mapToDouble(left -> {
                    List<double[]> rest = IntStream.range(0, count).filter(i -> i != left).mapToObj(singles::get)
                            .toList();
                    List<double[]> of = IntStream.range(0, subsets.size()).filter(i -> !subsets.get(i).contains(left))
                            .mapToObj(averaged::get).toList();
                    return PERCENT * (mean(mean(rest)) - mean(mean(of)));
                }).toArray();
        SequencedMap<String, Double> errors = new LinkedHashMap<>();
        for (int i = 0; i < subsets.size(); i++) {
            errors.put(subsets.get(i).stream().map(net -> String.valueOf(all.get(net).seed()))
                    .collect(Collectors.joining("+")), PERCENT * mean(averaged.get(i)));
        }
        double[] single = mean(singles);
        double[] average = mean(averaged);
        double ten = mean(mean(subsets.stream().map(subset -> mistakesOfAverage(tables, subset, true)).toList()));
        return new Reading(POINTS, "",
                Optional.of(ArmDifference.jackknife(PERCENT * (mean(single) - mean(average)), without,
                        minus(single, average))),
                all,
                more(Result.AVERAGES, errors, "subsets", subsets.size(), "one_view_error_of_the_average",
                        PERCENT * mean(average),
                        "ten_views_error_of_the_average", PERCENT * ten),
                count);
    }

    /// The mistakes of the mean of some networks' probabilities.
    private static double[] mistakesOfAverage(List<ProbabilityTable.Stored> tables, List<Integer> nets,
            boolean tenViews) {
        ProbabilityTable.Stored first = tables.getFirst();
        float[] mean = new float[first.center().length];
        for (int i = 0; i < mean.length; i++) {
            double sum = 0;
            for (int net : nets) {
                sum += tenViews ? tables.get(net).views()[i] : tables.get(net).center()[i];
            }
            mean[i] = (float) (sum / nets.size());
        }
        return FinishedRun.mistakes(mean, first);
    }

    private static List<List<Integer>> subsets(List<Integer> nets, int size) {
        if (size == 0) {
            return List.of(List.of());
        }
        List<List<Integer>> found = new ArrayList<>();
        for (int i = 0; i <= nets.size() - size; i++) {
            for (List<Integer> rest : subsets(nets.subList(i + 1, nets.size()), size - 1)) {
                found.add(Stream.concat(Stream.of(nets.get(i)), rest.stream()).toList());
            }
        }
        return found;
    }

    private Reading epochsTo(EpochsTo test) throws IOException {
        List<Result.Run> all = new ArrayList<>();
        Crossings slow = crossings(test.slow(), test.trainingError(), true, all);
        Crossings fast = crossings(test.fast(), test.trainingError(), false, all);
        if (slow.epochs.length == 0 || fast.epochs.length == 0 || fast.never > 0) {
            return new Reading("ln of the ratio of epochs", "epochs_to_error", Optional.empty(), all, Map.of(), 0);
        }
        ArmDifference logs = ArmDifference.of(Arrays.stream(slow.epochs).map(Math::log).toArray(),
                Arrays.stream(fast.epochs).map(Math::log).toArray(), NONE);
        Map<String, Object> more = more("ratio", Math.exp(logs.difference()), "slow", slow.best, "fast", fast.best,
                "slow_runs_above_the_error", slow.never, BOUND, slow.never > 0);
        if (logs.seeds() != null) {
            more.put("ratio_low", Math.exp(logs.seeds().low()));
            if (slow.never == 0) { // an interval above a bound means nothing
                more.put("ratio_high", Math.exp(logs.seeds().high()));
            }
        }
        return new Reading("ln of the ratio of epochs", "epochs_to_error", Optional.of(logs), all, more,
                Math.min(slow.epochs.length, fast.epochs.length));
    }

    /// The epochs to a training error of the runs with the best learning rate.
    ///
    /// @param best the name of that arm
    /// @param never how many of them stayed above the error
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Crossings(String best, double[] epochs, int never) {}

    /// @param bounded whether a run that stayed above the error counts as if it had come to it in its last epoch; a ratio
    ///     of such epochs to others is then too low, never too high
    private Crossings crossings(List<Arm> arms, double error, boolean bounded, List<Result.Run> all)
            throws IOException {
        Optional<Arm> best = best(arms, error, bounded);
        List<Double> epochs = new ArrayList<>();
        int never = 0;
        for (Arm arm : arms) {
            for (int seed : runs.seeds(arm)) {
                if (!runs.isTrained(arm, seed)) {
                    continue;
                }
                List<Epoch> lines = runs.epochs(arm, seed);
                OptionalDouble crossing = FinishedRun.crossing(lines, error);
                SequencedMap<String, Double> values = values("epochs_trained", (double) lines.size());
                crossing.ifPresent(epoch -> values.put("epochs_to_error", epoch));
                all.add(new Result.Run(arm.name(), seed, folder(arm.name(), seed), values));
                if (best.filter(arm::equals).isPresent()) {
                    crossing.ifPresentOrElse(epochs::add, () -> {
                        if (bounded && !lines.isEmpty()) {
                            epochs.add((double) lines.size());
                        }
                    });
                    never += crossing.isPresent() ? 0 : 1;
                }
            }
        }
        return new Crossings(best.map(Arm::name).orElse(""), epochs.stream().mapToDouble(d -> d).toArray(), never);
    }

    /// The arm whose run with seed 1 came to a training error first; empty if none has.
    ///
    /// @param bounded whether, if none has, the arm that ended nearest to it is the best one
    Optional<Arm> best(List<Arm> arms, double error, boolean bounded) throws IOException {
        Comparator<Candidate> order = Comparator.comparingDouble(Candidate::crossing)
                .thenComparingDouble(Candidate::lastError);
        List<Candidate> candidates = new ArrayList<>();
        for (Arm arm : arms) {
            List<Epoch> lines = runs.isTrained(arm, 1) ? runs.epochs(arm, 1) : List.of();
            OptionalDouble crossing = FinishedRun.crossing(lines, error);
            if (crossing.isPresent() || (bounded && !lines.isEmpty())) {
                candidates.add(new Candidate(arm, crossing.orElse(Double.POSITIVE_INFINITY),
                        lines.getLast().trainingTop1().orElse(Double.NaN)));
            }
        }
        return candidates.stream().min(order).map(Candidate::arm);
    }

    private record Candidate(Arm arm, double crossing, double lastError) {}

    /// One tower or the other may be the one for color, so the differences are counted without their sign. Each network has a
    /// p of its own by a permutation test; the claim holds if p is below 5 % in all of several networks.
    private Reading towerColor(TowerColor test) throws IOException {
        List<Result.Run> all = new ArrayList<>();
        int significant = 0;
        for (int seed : runs.seeds(test.arm())) {
            Path file = runs.path(test.arm(), seed).resolve(Measures.TOWERS);
            if (Files.exists(file)) {
                JsonNode towers = Measures.read(file);
                double p = towers.path("p").asDouble();
                significant += p < LEVEL ? 1 : 0;
                all.add(new Result.Run(test.arm().name(), seed, folder(test.arm().name(), seed),
                        values("difference", towers.path("difference").asDouble(), "p", p)));
            }
        }
        if (all.isEmpty()) {
            return new Reading("color share", "difference", Optional.empty(), all, Map.of(), 0);
        }
        Verdict verdict = significant == all.size() && significant > 1 ? Verdict.AGREES : Verdict.NOT_RESOLVED;
        return new Reading("color share", "difference", Optional.empty(), all,
                more("networks_with_p_below_5_percent", significant, "verdict", verdict), all.size());
    }

    private Reading neighbors(Neighbors test) throws IOException {
        Path file = runs.path(test.arm(), 1).resolve(Measures.NEIGHBORS);
        if (!Files.exists(file)) {
            return new Reading(POINTS, "", Optional.empty(), List.of(), Map.of(), 0);
        }
        JsonNode shares = Measures.read(file);
        JsonNode layer = shares.path(test.layer());
        JsonNode pixels = shares.path("pixels");
        double difference = PERCENT * (layer.path("share").asDouble() - pixels.path("share").asDouble());
        double variance = (square(PERCENT * layer.path("deviation").asDouble())
                + square(PERCENT * pixels.path("deviation").asDouble())) / layer.path("pictures").asInt();
        return new Reading(POINTS, "",
                Optional.of(ArmDifference.overPictures(difference, variance, layer.path("pictures").asInt())),
                List.of(new Result.Run(test.arm().name(), 1, folder(test.arm().name(), 1),
                        values(test.layer(), PERCENT * layer.path("share").asDouble(), "pixels",
                                PERCENT * pixels.path("share").asDouble()))),
                Map.of(), 1);
    }

    private static double square(double value) {
        return value * value;
    }

    // --- sums ----------------------------------------------------------------------------------------------------

    private static double[] meanMistakes(List<FinishedRun> runs, boolean tenViews) {
        return mean(runs.stream().map(run -> run.mistakes(tenViews)).toList());
    }

    /// The mean of several rows, column by column.
    private static double[] mean(List<double[]> rows) {
        double[] mean = new double[rows.getFirst().length];
        for (double[] row : rows) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += row[i] / rows.size();
            }
        }
        return mean;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double[] minus(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> PERCENT * (a[i] - b[i])).toArray();
    }

    private static SequencedMap<String, Double> values(Object... keysAndValues) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put((String) keysAndValues[i], (Double) keysAndValues[i + 1]);
        }
        return values;
    }

    private static Map<String, Object> more(Object... keysAndValues) {
        Map<String, Object> more = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            more.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return more;
    }
}
