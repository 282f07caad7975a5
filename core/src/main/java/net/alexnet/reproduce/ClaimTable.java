package net.alexnet.reproduce;

import module java.base;
import net.alexnet.io.Texts;
import org.jspecify.annotations.Nullable;

/// Results as text: a table of all claims, and the runs of one.
final class ClaimTable {
    private static final String HEAD = """
            # The paper's claims

            A difference is above 0 where the claim holds. Both intervals are at 95 %. The one over seeds is for these test
            pictures. The one over seeds and pictures, which is wider, decides the verdict; where there is none, that over seeds
            does. "Detectable" is the smallest true difference that an experiment with this many seeds would show with a
            probability of 80 %.

            | claim | paper | difference | over seeds | over seeds and pictures | detectable | seeds | verdict |
            |---|---|---|---|---|---|---|---|
            """;

    private ClaimTable() {}

    static String markdown(List<Result> results) {
        StringBuilder text = new StringBuilder(HEAD);
        for (Result result : results) {
            ArmDifference comparison = result.comparison();
            text.append("| ").append(String.join(" | ", result.statement() + " (`" + result.claim() + "`, "
                    + result.section() + ")", result.paper().isEmpty() ? "-" : result.paper(), effect(result),
                    interval(result, comparison == null ? null : comparison.seeds()),
                    interval(result, comparison == null ? null : comparison.seedsAndPictures()),
                    comparison == null || comparison.detectable() == null ? "-" : number(comparison.detectable()),
                    result.seeds() + " of " + result.plannedSeeds(), verdict(result))).append(" |\n");
        }
        return text.append('\n').append(notes(results)).append(commands()).toString();
    }

    /// The commands that would test what these pictures cannot.
    private static String commands() {
        return Claims.all().stream().filter(claim -> claim.experiment() instanceof Claim.Elsewhere)
                .map(claim -> "- `" + claim.id() + "`: `" + ((Claim.Elsewhere) claim.experiment()).command()
                        + "` trains what would show it.\n")
                .collect(Collectors.joining());
    }

    private static String notes(List<Result> results) {
        return results.stream().filter(result -> !result.note().isEmpty() && result.verdict() != Verdict.NOT_TESTED)
                .map(result -> "- `" + result.claim() + "`: " + result.note() + ".\n").collect(Collectors.joining());
    }

    private static String verdict(Result result) {
        StringBuilder text = new StringBuilder(words(result));
        ArmDifference comparison = result.comparison();
        if (result.verdict() == Verdict.NOT_RESOLVED && comparison != null && comparison.moreSeeds() != null) {
            text.append("; ").append(Texts.count(comparison.moreSeeds(), "more seed"))
                    .append(" of each arm would find a difference of this size");
        }
        if (result.verdict() == Verdict.NOT_RESOLVED && comparison != null && comparison.moreSeeds() == null
                && comparison.needsPictures()) {
            text.append("; a difference of this size would probably need more pictures, not only more seeds");
        }
        if (result.verdict() != Verdict.NOT_RESOLVED && comparison != null && comparison.seeds() == null) {
            text.append(" for these networks, by the interval over pictures alone");
        }
        if (result.holdsPaperEffect() != null) {
            text.append("; the interval ").append(result.holdsPaperEffect() ? "holds" : "does not hold")
                    .append(" the paper's figure");
        }
        return text.append(result.diverged() == 0 ? "" : "; " + diverged(result)).toString();
    }

    /// The verdict in words, or that there is nothing to judge.
    static String words(Result result) {
        return result.verdict() == Verdict.NOT_RESOLVED && result.runs().isEmpty() && result.diverged() == 0
                ? "not run"
                : result.verdict().words();
    }

    /// What is known of a claim, in a few words.
    static String summary(Claim claim, Result result) {
        if (claim.experiment() instanceof Claim.Elsewhere elsewhere) {
            return "needs other pictures: " + elsewhere.command();
        }
        ArmDifference comparison = result.comparison();
        String found = comparison == null || comparison.moreSeeds() == null
                || result.verdict() != Verdict.NOT_RESOLVED
                        ? effect(result)
                        : effect(result) + ", " + Texts.count(comparison.moreSeeds(), "more seed")
                                + " would probably find it";
        return result.diverged() == 0 ? found : (found.equals("-") ? "" : found + ", ") + diverged(result);
    }

    private static String diverged(Result result) {
        return Texts.count(result.diverged(), "run") + " diverged";
    }

    /// The difference in words: the ratio of epochs, or percentage points.
    static String effect(Result result) {
        Object ratio = result.more().get("ratio");
        return result.comparison() == null
                ? "-"
                : ratio != null
                        ? (Boolean.TRUE.equals(result.more().get(ClaimCheck.BOUND)) ? "at least " : "")
                                + String.format(Locale.ROOT, "%.2f times", (double) ratio)
                        : number(result.comparison().difference()) + " points";
    }

    private static String interval(Result result, @Nullable Interval interval) {
        if (interval == null) {
            return "-";
        }
        return result.more().containsKey("ratio")
                ? String.format(Locale.ROOT, "%.2f to %.2f", Math.exp(interval.low()), Math.exp(interval.high()))
                : number(interval.low()) + " to " + number(interval.high());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /// Curves as lines of CSV with a header.
    static List<String> curves(List<ClaimFigure.Curve> curves) {
        return Stream.concat(Stream.of("arm,seed,epoch,training_top1_error"), curves.stream()
                .flatMap(curve -> curve.epochs().stream().map(epoch -> curve.arm() + "," + curve.seed() + ","
                        + epoch.epoch() + "," + (epoch.trainingTop1().isPresent()
                                ? String.valueOf(100 * epoch.trainingTop1().getAsDouble())
                                : ""))))
                .toList();
    }

    /// The runs of a result as lines of CSV with a header, and the averages of its networks.
    static List<String> runs(Result result) {
        Set<String> keys = new LinkedHashSet<>();
        result.runs().forEach(run -> keys.addAll(run.values().keySet()));
        List<String> lines = new ArrayList<>();
        lines.add("arm,seed," + String.join(",", keys));
        for (Result.Run run : result.runs()) {
            lines.add(run.arm() + "," + run.seed() + "," + keys.stream()
                    .map(key -> run.values().containsKey(key) ? String.valueOf(run.values().get(key)) : "")
                    .collect(Collectors.joining(",")));
        }
        result.averages().forEach((seeds, error) -> lines.add("average," + seeds + "," + error));
        return lines;
    }
}
