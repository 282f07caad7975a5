package net.alexnet.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A [Side] that runs, with what it has said so far.
final class Contestant implements AutoCloseable {
    /// How far losses may differ, relative; and where one of the two sides rounds.
    private static final double TOLERANCE = 1e-3;
    private static final double ROUNDED = 1e-2;

    private final Side side;
    private final Peer peer;
    private final String versions;
    private final double[] work;
    private final double[] check;
    private final int since;
    private double peakResident;
    private final Map<Workload, List<Double>> seconds = new EnumMap<>(Workload.class);

    private Contestant(Side side, Peer peer, String versions, double[] work, double[] check, int since) {
        this.side = side;
        this.peer = peer;
        this.versions = versions;
        this.work = work;
        this.check = check;
        this.since = since;
        for (Workload workload : Workload.values()) {
            seconds.put(workload, new ArrayList<>());
        }
    }

    /// Starts a side and lets it show what it computes.
    ///
    /// @param messages the file for its standard error
    /// @param ours our side, which runs already; none for ours itself
    /// @throws IOException with the reason, if it does not run here
    static Contestant start(Side side, Path messages, List<Contestant> ours) throws IOException {
        if (side.missing().isPresent()) {
            throw new IOException(side.missing().get());
        }
        Peer peer = new Peer(side.command(), side.environment(), messages.toFile());
        try {
            String versions = peer.ask("describe");
            double[] work = side.sameNetwork() && !ours.isEmpty() ? ours.getFirst().work : peer.numbers("work");
            double[] check = side.sameNetwork() ? peer.numbers("check") : new double[0];
            int since = ours.isEmpty() ? 0 : ours.getFirst().seconds(Workload.TRAINING).size();
            return new Contestant(side, peer, versions, work, check, since);
        } catch (IOException e) {
            peer.close();
            throw new IOException(e.getMessage() + ": " + cause(messages), e);
        }
    }

    /// The line in which Java or Python says what went wrong.
    private static String cause(Path messages) throws IOException {
        try (Stream<String> lines = Files.lines(messages)) {
            return lines.filter(line -> line.matches(".*(Exception|Error)\\b.*") && !line.startsWith("\tat "))
                    .reduce((_, last) -> last)
                    .orElse("it said nothing");
        }
    }

    /// @throws IllegalStateException if this side and ours do not compute the same
    void requireAgreement(Contestant ours) {
        double tolerance = side.rounds() || ours.side.rounds() ? ROUNDED : TOLERANCE;
        for (int i = 0; i < check.length; i++) {
            if (!(Math.abs(check[i] / ours.check[i] - 1) <= tolerance)) {
                throw new IllegalStateException(
                        "the sides do not compute the same, so no ratio means anything: loss, root"
                                + " mean square of the logits and loss after one step are " + List.of(boxed(ours.check))
                                + " for ours and " + List.of(boxed(check)) + " for " + side.name());
            }
        }
    }

    private static Double[] boxed(double[] values) {
        Double[] boxed = new Double[values.length];
        for (int i = 0; i < boxed.length; i++) {
            boxed[i] = values[i];
        }
        return boxed;
    }

    /// One turn.
    ///
    /// @param counts whether it is past the warm-up
    /// @throws IllegalStateException if what it computed cannot be right
    double turn(Workload workload, boolean counts) throws IOException {
        double[] answer = peer.numbers(workload.request());
        boolean sound = workload == Workload.TRAINING ? Double.isFinite(answer[1]) : Math.abs(answer[1] - 1) < 1e-3;
        if (!sound) {
            throw new IllegalStateException(side.name() + " gives " + answer[1] + " as "
                    + (workload == Workload.TRAINING ? "a loss" : "a sum of probabilities") + " in " + workload);
        }
        if (counts) {
            seconds(workload).add(answer[0]);
        }
        return answer[0];
    }

    Side side() {
        return side;
    }

    Peer peer() {
        return peer;
    }

    String versions() {
        return versions;
    }

    /// The loss, the root mean square of the logits, and the loss after one step; the loss alone where a side does not train,
    /// and empty for another network.
    double[] check() {
        return check;
    }

    /// Seconds per step, one reading a round.
    List<Double> seconds(Workload workload) {
        List<Double> readings = seconds.get(workload);
        if (readings == null) {
            throw new IllegalArgumentException("no readings of " + workload);
        }
        return readings;
    }

    /// Which of our side's readings, and of the sgemm rate's, were taken in the same rounds as the first of this one's.
    int since() {
        return since;
    }

    /// Drops the readings of rounds that were not finished.
    ///
    /// @param from the first of them
    void forget(int from) {
        seconds.values()
                .forEach(readings -> readings.subList(Math.min(from, readings.size()), readings.size()).clear());
    }

    /// The most memory that it has held, in GiB, once it is closed.
    double peakResident() {
        return peakResident;
    }

    /// 10⁹ floating-point operations of a picture, two to a multiply-add.
    double gigaflop(Workload workload) {
        return 2e-9 * work[workload == Workload.TRAINING ? 1 : 0];
    }

    @Override
    public void close() throws IOException {
        peakResident = Math.max(peakResident, peer.peakResident());
        peer.close();
    }
}
