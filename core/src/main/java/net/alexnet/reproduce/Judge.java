package net.alexnet.reproduce;

import com.fasterxml.jackson.databind.JsonNode;
import module java.base;
import net.alexnet.inference.ProbabilityTable;
import net.alexnet.reproduce.Claim.Averages;
import net.alexnet.reproduce.Claim.Elsewhere;
import net.alexnet.reproduce.Claim.EpochsTo;
import net.alexnet.reproduce.Claim.Higher;
import net.alexnet.reproduce.Claim.Metric;
import net.alexnet.reproduce.Claim.Neighbors;
import net.alexnet.reproduce.Claim.RateDrops;
import net.alexnet.reproduce.Claim.TenViews;
import net.alexnet.reproduce.Claim.TowerColor;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/// Computes the result of a claim from the finished runs.
///
/// All errors are in percent. Every difference is taken so that it is above 0 where the claim holds.
record Judge(Runs runs, int seeds) {
    private static final double PERCENT = 100;
    private static final double[] NONE = {};
    private static final double LEVEL = 0.05;

    /// What a test reads.
    ///
    /// @param comparison empty where too few runs are finished
    /// @param seeds how many runs of each arm are finished
    record Reading(String unit, Optional<Comparison> comparison, List<Result.Run> runs, Map<String, Object> more,
            int seeds) {}

    Reading read(Claim claim) throws IOException {
        return switch (claim.experiment()) {
            case Higher higher -> higher(higher);
            case TenViews views -> tenViews(views);
            case Averages averages -> averages(averages);
            case RateDrops drops -> rateDrops(drops);
            case EpochsTo epochs -> epochsTo(epochs);
            case TowerColor towers -> towerColor(towers);
            case Neighbors neighbors -> neighbors(neighbors);
            case Elsewhere _ -> new Reading("", Optional.empty(), List.of(), Map.of(), 0);
        };
    }

    /// The evaluated runs of an arm.
    private List<Evidence> finished(Arm arm) throws IOException {
        List<Evidence> found = new ArrayList<>();
        for (int seed = 1; seed <= seeds; seed++) {
            if (Files.exists(runs.path(arm, seed).resolve(Evidence.PREDICTIONS))) {
                found.add(runs.evidence(arm, seed));
            }
        }
        return found;
    }

    private Result.Run run(Evidence evidence, SequencedMap<String, Double> values) {
        return new Result.Run(evidence.arm(), evidence.seed(), folder(evidence.arm(), evidence.seed()), values);
    }

    private static String folder(String arm, int seed) {
        return "runs/" + arm + "/seed-" + seed;
    }

    // --- one test each -------------------------------------------------------------------------------------------

    private Reading higher(Higher test) throws IOException {
        List<Evidence> arm = finished(test.arm());
        List<Evidence> baseline = finished(test.baseline());
        List<Result.Run> all = new ArrayList<>();
        for (Evidence one : Stream.concat(baseline.stream(), arm.stream()).toList()) {
            all.add(run(one, values("top1_error", PERCENT * one.last("top1_error"),
                    "training_top1_error", PERCENT * one.last("training_top1_error"),
                    "validation_loss", one.last("validation_loss"))));
        }
        int least = Math.min(arm.size(), baseline.size());
        if (least == 0) {
            return new Reading("percentage points", Optional.empty(), all, Map.of(), 0);
        }
        double[] perPicture = test.metric() == Metric.TOP1_ERROR
                ? minus(meanMistakes(arm, false), meanMistakes(baseline, false))
                : NONE;
        return new Reading("percentage points",
                Optional.of(Comparison.of(values(arm, test.metric()), values(baseline, test.metric()), perPicture)),
                all, Map.of(), least);
    }

    private static double[] values(List<Evidence> runs, Metric metric) {
        return runs.stream().mapToDouble(run -> switch (metric) {
            case TOP1_ERROR -> PERCENT * mean(run.mistakes(false));
            case TRAINING_ERROR -> PERCENT * run.last("training_top1_error");
            case GAP -> PERCENT * (run.last("top1_error") - run.last("training_top1_error"));
        }).toArray();
    }

    private Reading tenViews(TenViews test) throws IOException {
        List<Evidence> nets = finished(test.arm());
        List<Result.Run> all = new ArrayList<>();
        double[] gains = new double[nets.size()];
        for (int i = 0; i < gains.length; i++) {
            double one = PERCENT * mean(nets.get(i).mistakes(false));
            double ten = PERCENT * mean(nets.get(i).mistakes(true));
            all.add(run(nets.get(i), values("one_view", one, "ten_views", ten)));
            gains[i] = one - ten;
        }
        return new Reading("percentage points", nets.isEmpty()
                ? Optional.empty()
                : Optional.of(Comparison.paired(gains, minus(meanMistakes(nets, false), meanMistakes(nets, true)))),
                all, Map.of(), nets.size());
    }

    private Reading averages(Averages test) throws IOException {
        List<Evidence> nets = finished(test.arm());
        List<Result.Run> all = new ArrayList<>();
        for (Evidence net : nets) {
            all.add(run(net, values("one_view", PERCENT * mean(net.mistakes(false)), "ten_views",
                    PERCENT * mean(net.mistakes(true)))));
        }
        if (nets.size() < test.members()) {
            return new Reading("percentage points", Optional.empty(), all, Map.of(), nets.size());
        }
        List<List<Evidence>> subsets = subsets(nets, test.members());
        double[] single = meanMistakes(nets, false);
        double[] averaged = meanOfSubsets(subsets, false);
        double[] without = nets.size() <= test.members()
                ? NONE
                : nets.stream().mapToDouble(left -> {
                    List<Evidence> rest = nets.stream().filter(net -> net.seed() != left.seed()).toList();
                    return PERCENT * (mean(meanMistakes(rest, false))
                            - mean(meanOfSubsets(subsets(rest, test.members()), false)));
                }).toArray();
        return new Reading("percentage points",
                Optional.of(Comparison.jackknife(PERCENT * (mean(single) - mean(averaged)), without,
                        minus(single, averaged))),
                all, more("subsets", subsets.size(), "one_view_error_of_the_average", PERCENT * mean(averaged),
                        "ten_views_error_of_the_average", PERCENT * mean(meanOfSubsets(subsets, true))),
                nets.size());
    }

    private static double[] meanOfSubsets(List<List<Evidence>> subsets, boolean tenViews) {
        return mean(subsets.stream().map(subset -> mistakesOfAverage(subset, tenViews)).toList());
    }

    /// The mistakes of the mean of some networks' probabilities.
    private static double[] mistakesOfAverage(List<Evidence> nets, boolean tenViews) {
        ProbabilityTable.Stored first = nets.getFirst().table();
        float[] mean = new float[first.center().length];
        for (int i = 0; i < mean.length; i++) {
            double sum = 0;
            for (Evidence net : nets) {
                sum += tenViews ? net.table().views()[i] : net.table().center()[i];
            }
            mean[i] = (float) (sum / nets.size());
        }
        return Evidence.mistakes(mean, first);
    }

    private static List<List<Evidence>> subsets(List<Evidence> nets, int size) {
        if (size == 0) {
            return List.of(List.of());
        }
        List<List<Evidence>> found = new ArrayList<>();
        for (int i = 0; i <= nets.size() - size; i++) {
            for (List<Evidence> rest : subsets(nets.subList(i + 1, nets.size()), size - 1)) {
                found.add(Stream.concat(Stream.of(nets.get(i)), rest.stream()).toList());
            }
        }
        return found;
    }

    private Reading rateDrops(RateDrops test) throws IOException {
        List<Result.Run> all = new ArrayList<>();
        List<Double> gains = new ArrayList<>();
        for (Evidence net : finished(test.arm())) {
            double full = net.epochs().getFirst().path("learning_rate").asDouble();
            double before = net.epochs().stream().filter(epoch -> epoch.path("learning_rate").asDouble() == full)
                    .reduce((_, later) -> later).orElseThrow().path("top1_error").asDouble();
            all.add(run(net, values("before", PERCENT * before, "after", PERCENT * net.last("top1_error"))));
            gains.add(PERCENT * (before - net.last("top1_error")));
        }
        return new Reading("percentage points", gains.isEmpty()
                ? Optional.empty()
                : Optional.of(Comparison.paired(gains.stream().mapToDouble(d -> d).toArray(), NONE)), all, Map.of(),
                gains.size());
    }

    private Reading epochsTo(EpochsTo test) throws IOException {
        List<Result.Run> all = new ArrayList<>();
        Crossings slow = crossings(test.slow(), test.trainingError(), all);
        Crossings fast = crossings(test.fast(), test.trainingError(), all);
        if (slow.epochs.length == 0 || fast.epochs.length == 0) {
            return new Reading("ln of the ratio of epochs", Optional.empty(), all, Map.of(), 0);
        }
        Comparison logs = Comparison.of(Arrays.stream(slow.epochs).map(Math::log).toArray(),
                Arrays.stream(fast.epochs).map(Math::log).toArray(), NONE);
        Map<String, Object> more = more("ratio", Math.exp(logs.difference()), "slow", slow.best, "fast", fast.best);
        if (logs.seeds() != null) {
            more.put("ratio_low", Math.exp(logs.seeds().low()));
            more.put("ratio_high", Math.exp(logs.seeds().high()));
        }
        return new Reading("ln of the ratio of epochs", Optional.of(logs), all, more,
                Math.min(slow.epochs.length, fast.epochs.length));
    }

    /// The epochs to a training error of the runs with the best learning rate.
    ///
    /// @param best the name of that arm
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Crossings(String best, double[] epochs) {}

    private Crossings crossings(List<Arm> arms, double error, List<Result.Run> all) throws IOException {
        Optional<Arm> best = best(arms, error);
        List<Double> epochs = new ArrayList<>();
        for (Arm arm : arms) {
            for (int seed = 1; seed <= seeds; seed++) {
                if (!runs.isDone(new Job(arm, seed, 0, false, false))) {
                    continue;
                }
                List<JsonNode> lines = runs.epochs(arm, seed);
                OptionalDouble crossing = Evidence.crossing(lines, error);
                SequencedMap<String, Double> values = values("epochs_trained", (double) lines.size());
                crossing.ifPresent(epoch -> values.put("epochs_to_error", epoch));
                all.add(new Result.Run(arm.name(), seed, folder(arm.name(), seed), values));
                if (best.filter(arm::equals).isPresent() && crossing.isPresent()) {
                    epochs.add(crossing.getAsDouble());
                }
            }
        }
        return new Crossings(best.map(Arm::name).orElse(""), epochs.stream().mapToDouble(d -> d).toArray());
    }

    /// The arm whose run with seed 1 came to a training error first; empty if none has.
    Optional<Arm> best(List<Arm> arms, double error) throws IOException {
        Optional<Arm> best = Optional.empty();
        double least = Double.POSITIVE_INFINITY;
        for (Arm arm : arms) {
            if (runs.isDone(new Job(arm, 1, 0, false, false))) {
                double epochs = Evidence.crossing(runs.epochs(arm, 1), error).orElse(Double.POSITIVE_INFINITY);
                if (epochs < least) {
                    least = epochs;
                    best = Optional.of(arm);
                }
            }
        }
        return best;
    }

    /// One tower or the other may be the one for color, so the differences are counted without their sign. Each network has a
    /// p of its own by a permutation test; the claim holds if more of them are below 5 % than chance explains.
    private Reading towerColor(TowerColor test) throws IOException {
        List<Result.Run> all = new ArrayList<>();
        int significant = 0;
        for (int seed = 1; seed <= seeds; seed++) {
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
            return new Reading("color share", Optional.empty(), all, Map.of(), 0);
        }
        double chance = significant == 0
                ? 1
                : 1 - BinomialDistribution.of(all.size(), LEVEL).cumulativeProbability(
                        significant - 1);
        return new Reading("color share", Optional.empty(), all, more("networks_below_5_percent", significant,
                "probability_by_chance", chance, "verdict", chance < LEVEL ? Verdict.AGREES : Verdict.NOT_RESOLVED),
                all.size());
    }

    private Reading neighbors(Neighbors test) throws IOException {
        Path file = runs.path(test.arm(), 1).resolve(Measures.NEIGHBORS);
        if (!Files.exists(file)) {
            return new Reading("percentage points", Optional.empty(), List.of(), Map.of(), 0);
        }
        JsonNode shares = Measures.read(file);
        JsonNode layer = shares.path(test.layer());
        JsonNode pixels = shares.path("pixels");
        double difference = PERCENT * (layer.path("share").asDouble() - pixels.path("share").asDouble());
        double variance = (square(PERCENT * layer.path("deviation").asDouble())
                + square(PERCENT * pixels.path("deviation").asDouble())) / layer.path("pictures").asInt();
        return new Reading("percentage points",
                Optional.of(Comparison.overPictures(difference, variance, layer.path("pictures").asInt())),
                List.of(new Result.Run(test.arm().name(), 1, folder(test.arm().name(), 1),
                        values(test.layer(), PERCENT * layer.path("share").asDouble(), "pixels",
                                PERCENT * pixels.path("share").asDouble()))),
                Map.of(), 1);
    }

    private static double square(double value) {
        return value * value;
    }

    // --- sums ----------------------------------------------------------------------------------------------------

    private static double[] meanMistakes(List<Evidence> runs, boolean tenViews) {
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
