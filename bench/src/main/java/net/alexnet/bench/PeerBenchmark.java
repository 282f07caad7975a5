package net.alexnet.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import net.alexnet.io.AtomicFiles;
import net.alexnet.tensor.Precision;

/// Compares training and inference of the paper's network with other programs on the same machine. Each side is a process of
/// its own that sleeps while another one works. One peer after the other takes turns with ours. Sides with the same network
/// start from the same parameters and pictures, and must reach the same losses; otherwise nothing is reported.
///
/// ```
/// bench/compare [--python VENV] [--rounds 5] [--ours float32] [--only NAME,…] [--out BENCHMARKS.md]
/// ```
public final class PeerBenchmark {
    private static final int SGEMM_SECONDS = 1;
    private static final double SGEMM_GIGAFLOP = 2e-9 * 2048 * 2048 * 2048;

    private final List<Contestant> contestants = new ArrayList<>();
    private final Map<Side, String> absent = new LinkedHashMap<>();
    private final List<Double> sgemm = new ArrayList<>();

    private PeerBenchmark() {}

    private record Options(Optional<Path> python, int rounds, Precision ours, List<String> only, Path out) {
        static Options of(String[] arguments) {
            Optional<Path> python = Optional.empty();
            int rounds = 5;
            Precision ours = Precision.FLOAT32;
            List<String> only = List.of();
            Path out = Path.of("BENCHMARKS.md");
            if (arguments.length % 2 != 0) {
                throw new IllegalArgumentException("every option has a value; " + USAGE);
            }
            for (int i = 0; i < arguments.length; i += 2) {
                String value = arguments[i + 1];
                switch (arguments[i]) {
                    case "--python" -> python = Optional.of(Path.of(value));
                    case "--rounds" -> rounds = Integer.parseInt(value);
                    case "--ours" -> ours = Precision.valueOf(value.toUpperCase(Locale.ROOT));
                    case "--only" -> only = List.of(value.split(",", -1));
                    case "--out" -> out = Path.of(value);
                    default -> throw new IllegalArgumentException("no option " + arguments[i] + "; " + USAGE);
                }
            }
            return new Options(python, rounds, ours, only, out);
        }

        private static final String USAGE = "options: --python VENV, --rounds N, --ours float32|bfloat16, --only NAME,…, --out FILE";
    }

    /// Compares and writes.
    ///
    /// @param arguments the options above
    public static void main(String[] arguments) throws IOException {
        try {
            compare(Options.of(arguments));
        } catch (IllegalArgumentException | IllegalStateException | IOException e) {
            System.err.println("compare: " + e.getMessage());
            System.exit(1); // everything is closed and deleted
        }
    }

    private static void compare(Options options) throws IOException {
        Path work = Files.createTempDirectory("alexnet-comparison");
        PeerBenchmark comparison = new PeerBenchmark();
        try {
            comparison.run(options, work);
        } finally {
            for (Contestant contestant : comparison.contestants) {
                contestant.close();
            }
            AtomicFiles.deleteTree(work);
        }
    }

    private void run(Options options, Path work) throws IOException {
        EqualWork.Files equal = EqualWork.write(work);
        List<Side> sides = Side.all(java(), equal, options.ours(), options.python());
        Contestant ours = start(sides.getFirst(), work)
                .orElseThrow(() -> new IllegalStateException("our own side does not run: " + absent.values()));
        turns(List.of(ours), 0, false);
        for (Side side : sides.subList(1, sides.size())) {
            if (options.only().isEmpty() || options.only().contains(side.name())) {
                Optional<Contestant> peer = start(side, work);
                if (peer.isPresent()) {
                    against(peer.get(), ours, options.rounds());
                }
            }
        }
        if (sgemm.isEmpty()) {
            throw new IllegalStateException("nothing to report: no rounds, or no peer runs here " + absent.values());
        }
        ours.close();
        Report.write(options.out(), contestants, absent, sgemm);
        System.err.println("written: " + options.out());
    }

    private Optional<Contestant> start(Side side, Path work) throws IOException {
        System.err.println("starting " + side.name());
        try {
            Contestant contestant = Contestant.start(side, work.resolve(side.name() + ".log"), contestants);
            contestants.add(contestant);
            contestant.requireAgreement(contestants.getFirst());
            return Optional.of(contestant);
        } catch (IOException e) {
            System.err.println(side.name() + " does not run here: " + e.getMessage());
            absent.put(side, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /// Runs all rounds of one peer and ours. More sides at once would need more memory than most machines have.
    private void against(Contestant peer, Contestant ours, int rounds) throws IOException {
        try (peer) {
            turns(List.of(peer), 0, false);
            for (int round = 1; round <= rounds; round++) {
                sgemm.add(SGEMM_GIGAFLOP / ours.peer().numbers("sgemm " + SGEMM_SECONDS)[0]);
                turns(round % 2 == 1 ? List.of(ours, peer) : List.of(peer, ours), round, true);
            }
        } catch (IOException e) { // it was killed, most likely for lack of memory; the figures of the others stand
            System.err.println(peer.side().name() + ": " + e.getMessage());
            absent.put(peer.side(), "it began, and then " + e.getMessage());
            contestants.remove(peer);
            ours.forget(peer.since());
            sgemm.subList(peer.since(), sgemm.size()).clear();
        }
    }

    /// Runs every workload, and the sides take turns.
    private static void turns(List<Contestant> order, int round, boolean counts) throws IOException {
        for (Workload workload : Workload.values()) {
            StringBuilder line = new StringBuilder(counts ? "round " + round : "warm-up").append(", ").append(workload);
            for (Contestant contestant : order.stream().filter(one -> one.side().takes(workload)).toList()) {
                double seconds = contestant.turn(workload, counts);
                line.append(String.format(Locale.ROOT, ", %s %.4g s", contestant.side().name(), seconds));
            }
            System.err.println(line);
        }
    }

    /// The command of this JVM with its options: our side runs as `bench/compare` set it up.
    private static List<String> java() {
        List<String> java = new ArrayList<>();
        java.add(ProcessHandle.current().info().command().orElse("java"));
        java.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        return java;
    }
}
