package net.alexnet.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What a [PeerBenchmark] read, as Markdown. What was written about the figures by hand stays: see [MarkedText].
final class Report {
    private final List<Contestant> contestants;
    private final Contestant ours;
    private final List<Double> sgemm;
    private final StringBuilder text = new StringBuilder();

    private Report(List<Contestant> contestants, List<Double> sgemm) {
        this.contestants = contestants;
        this.ours = contestants.getFirst();
        this.sgemm = sgemm;
    }

    /// @param contestants ours first
    /// @param absent sides that do not run here, and why
    /// @param sgemm GFLOP/s, one reading a round
    static void write(Path file, List<Contestant> contestants, Map<Side, String> absent, List<Double> sgemm)
            throws IOException {
        Report report = new Report(contestants, sgemm);
        report.head();
        for (Workload workload : Workload.values()) {
            report.table(workload);
        }
        report.share();
        report.sides(absent);
        report.checks();
        new MarkedText("bench/compare").write(file, report.text.toString());
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private void head() throws IOException {
        line(Machine.describe() + "; read on " + LocalDate.now(ZoneOffset.UTC) + ".");
        line("");
        line(String.format(Locale.ROOT, """
                Each side runs in a process of its own. One peer after the other takes turns with ours: %d rounds
                after a warm-up, and the side that goes first changes every round. The tables show medians (lowest
                to highest); ratios are computed round by round. The machine's sgemm rate, measured once a round as
                libtorch's product of two 2048×2048 matrices in our process, is %s GFLOP/s.""",
                contestants.getLast().seconds(Workload.INFERENCE).size(), Spread.of(sgemm).format("%.0f")));
        line("");
    }

    private void table(Workload workload) {
        boolean one = workload.batch() == 1;
        line(String.format(Locale.ROOT, "## %s", workload.title()));
        line("");
        line(String.format(Locale.ROOT,
                "| side | %s | pictures/s | GFLOP per picture | ours is faster by | per GFLOP |",
                one ? "ms" : "s per step"));
        line("|---|---|---|---|---|---|");
        for (Contestant side : contestants.stream().filter(each -> each.side().takes(workload)).toList()) {
            List<Double> seconds = side.seconds(workload);
            int rounds = seconds.size();
            Spread times = Spread.rounds(rounds, i -> seconds.get(i) * (one ? 1000 : 1));
            Spread rates = Spread.rounds(rounds, i -> workload.batch() / seconds.get(i));
            Spread ratios = Spread.rounds(rounds, i -> seconds.get(i) / beside(side, workload).get(i));
            double work = side.gigaflop(workload) / ours.gigaflop(workload);
            Spread perFlop = Spread.rounds(rounds, i -> seconds.get(i) / beside(side, workload).get(i) / work);
            line(String.format(Locale.ROOT, "| %s | %s | %s | %.2f | %s | %s |", side.side().name(),
                    times.format(one ? "%.1f" : "%.2f"),
                    rates.format("%.1f"), side.gigaflop(workload), side == ours ? "" : ratios.format("%.2f") + "x",
                    side == ours ? "" : side.side().sameNetwork() ? "the same work" : perFlop.format("%.2f") + "x"));
        }
        line("");
    }

    /// Our own readings of the rounds that a side took part in.
    private List<Double> beside(Contestant side, Workload workload) {
        List<Double> all = ours.seconds(workload);
        return all.subList(side == ours ? 0 : side.since(), all.size());
    }

    private void share() {
        line("## Share of the sgemm limit");
        line("");
        line("Pictures/s times the GFLOP of the direct computation of a picture, divided by the sgemm rate of the same"
                + " round.");
        line("");
        line("| side | training | inference |");
        line("|---|---|---|");
        for (Contestant side : contestants) {
            line(String.format(Locale.ROOT, "| %s | %s | %s |", side.side().name(), share(side, Workload.TRAINING),
                    share(side, Workload.INFERENCE)));
        }
        line("");
    }

    private String share(Contestant side, Workload workload) {
        List<Double> seconds = side.seconds(workload);
        if (seconds.isEmpty()) {
            return "";
        }
        return Spread.rounds(seconds.size(),
                i -> workload.batch() / seconds.get(i) * side.gigaflop(workload) / sgemm.get(side.since() + i))
                .format("%.2f");
    }

    private void sides(Map<Side, String> absent) {
        line("## The sides");
        line("");
        line("| side | what | versions | peak resident memory, GiB |");
        line("|---|---|---|---|");
        for (Contestant side : contestants) {
            line(String.format(Locale.ROOT, "| %s | %s | %s | %.1f |", side.side().name(), side.side().what(),
                    side.versions(),
                    side.peakResident()));
        }
        absent.forEach((side, reason) -> line(
                String.format(Locale.ROOT, "| %s | %s | does not run here: %s | |", side.name(), side.what(),
                        reason.replace("|", "\\|"))));
        line("");
    }

    private void checks() {
        line("## What was checked");
        line("");
        line("""
                Sides with the paper's network start from the same parameters, labels and 128 pictures of noise.
                Without dropout, the loss, the root mean square of the logits and the loss after one step must agree
                with ours to a relative difference of 0.001, or of 0.01 where one of the two rounds to 8 or 16 bits;
                otherwise nothing is written. Of a side that does not train the loss is compared. A side with another
                network states its own multiply-adds: the values of a filter or matrix times the places where it is
                applied. Training counts three times that, less the first layer's once. In every turn the loss must
                be finite, and the probabilities of a picture must sum to 1.""");
        line("");
        line("| side | loss | logits | loss after a step |");
        line("|---|---|---|---|");
        for (Contestant side : contestants) {
            if (side.side().sameNetwork()) {
                line(String.format(Locale.ROOT, "| %s | %s |", side.side().name(), Arrays.stream(side.check())
                        .mapToObj(value -> String.format(Locale.ROOT, "%.5f", value))
                        .collect(Collectors.joining(" | "))) + " |".repeat(ours.check().length - side.check().length));
            }
        }
    }
}
