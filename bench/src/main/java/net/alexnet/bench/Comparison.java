package net.alexnet.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import net.alexnet.files.AtomicFiles;

/// Training and inference of the paper's network, ours beside other programs on the same machine, in turns within one run.
/// Each side is a process of its own that sleeps while another has its turn. Where the network is the same, all start from
/// the same parameters and pictures and must give the same losses, or nothing is reported.
///
/// ```
/// bench/compare [--python VENV] [--rounds 5] [--only NAME,…] [--out BENCHMARKS.md]
/// ```
public final class Comparison {
    private static final int WARM_UP = 1;
    private static final int SGEMM_SECONDS = 1;
    private static final double SGEMM_GIGAFLOP = 2e-9 * 2048 * 2048 * 2048;

    private final List<Contestant> contestants = new ArrayList<>();
    private final Map<Side, String> absent = new LinkedHashMap<>();
    private final List<Double> sgemm = new ArrayList<>();

    private Comparison() {}

    private record Options(Optional<Path> python, int rounds, List<String> only, Path out) {
        static Options of(String[] arguments) {
            Optional<Path> python = Optional.empty();
            int rounds = 5;
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
                    case "--only" -> only = List.of(value.split(","));
                    case "--out" -> out = Path.of(value);
                    default -> throw new IllegalArgumentException("no option " + arguments[i] + "; " + USAGE);
                }
            }
            return new Options(python, rounds, only, out);
        }

        private static final String USAGE = "options: --python VENV, --rounds N, --only NAME,…, --out FILE";
    }

    /// @param arguments the options above
    public static void main(String[] arguments) throws IOException {
        Path work = Files.createTempDirectory("alexnet-comparison");
        Comparison comparison = new Comparison();
        try {
            comparison.run(Options.of(arguments), work);
        } catch (IllegalArgumentException | IllegalStateException e) {
            System.err.println("compare: " + e.getMessage());
            System.exit(1);
        } finally {
            for (Contestant contestant : comparison.contestants) {
                contestant.close();
            }
            AtomicFiles.deleteTree(work);
        }
    }

    private void run(Options options, Path work) throws IOException {
        Path equal = work.resolve("equal.safetensors");
        EqualWork.write(equal);
        for (Side side : Side.all(java(), equal, options.python())) {
            if (options.only().isEmpty() || side.name().equals(Side.OURS) || options.only().contains(side.name())) {
                start(side, work.resolve(side.name() + ".log"));
            }
        }
        for (int round = -WARM_UP; round < options.rounds(); round++) {
            round(round);
        }
        Report.write(options.out(), contestants, absent, sgemm);
        System.err.println("written: " + options.out());
    }

    private void start(Side side, Path messages) throws IOException {
        System.err.println("starting " + side.name());
        Contestant contestant;
        try {
            contestant = Contestant.start(side, messages, contestants);
        } catch (IOException e) {
            if (side.name().equals(Side.OURS)) {
                throw new IllegalStateException("our own side does not run: " + e.getMessage(), e);
            }
            System.err.println(side.name() + " does not run here: " + e.getMessage());
            absent.put(side, String.valueOf(e.getMessage()));
            return;
        }
        contestants.add(contestant);
        contestant.requireAgreement(contestants.getFirst());
    }

    /// Every workload by every side, which begins in another place each time.
    private void round(int round) throws IOException {
        boolean counts = round >= 0;
        double gigaflops = SGEMM_GIGAFLOP / contestants.getFirst().peer().numbers("sgemm " + SGEMM_SECONDS)[0];
        if (counts) {
            sgemm.add(gigaflops);
        }
        List<Contestant> order = new ArrayList<>(contestants);
        Collections.rotate(order, -(round + WARM_UP));
        for (Workload workload : Workload.values()) {
            StringBuilder line = new StringBuilder(counts ? "round " + (round + 1) : "warm-up");
            line.append(", ").append(workload);
            for (Contestant contestant : order) {
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
