package net.alexnet.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Runs [KernelBenchmark] and prints its readings as a table; `bench/kernels` calls it. JMH's own account of the run goes to
/// standard error.
///
/// ```
/// bench/kernels [--out BENCHMARKS.md] [JMH's options, as -p work=conv2.forward -p batch=32 -f 1]
/// ```
public final class KernelTable {
    private KernelTable() {}

    /// Measures and prints.
    ///
    /// @param arguments the options above
    public static void main(String[] arguments) {
        boolean written = arguments.length > 1 && arguments[0].equals("--out");
        List<String> jmh = List.of(arguments).subList(written ? 2 : 0, arguments.length);
        try {
            String table = table(run(jmh.toArray(String[]::new)));
            if (written) {
                new MarkedText("bench/kernels").write(Path.of(arguments[1]), table);
            } else {
                System.out.print(table);
            }
        } catch (CommandLineOptionException | RunnerException | IOException e) {
            System.err.println("kernels: " + e.getMessage());
            System.exit(1);
        }
    }

    private static Collection<RunResult> run(String[] arguments) throws CommandLineOptionException, RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .parent(new CommandLineOptions(arguments))
                .include(KernelBenchmark.class.getName() + ".inTurns$")
                .shouldFailOnError(true); // sides that do not agree have no ratio
        return new Runner(options.build(), OutputFormatFactory.createFormatInstance(System.err, VerboseMode.NORMAL))
                .run();
    }

    private static String table(Collection<RunResult> results) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append("## Kernels\n\n");
        text.append(
                String.format(Locale.ROOT, "%s; read on %s.%n%n", Machine.describe(), LocalDate.now(ZoneOffset.UTC)));
        RunResult any = results.iterator().next();
        text.append(String.format(Locale.ROOT, """
                Each of our kernels at the sizes of the paper's network, beside the fastest form that libtorch has
                for the same result: direct convolution by oneDNN over channels-last maps, normalization as a banded
                1×1 convolution whose filters are made once, `max_pool2d` over channels-last maps, and operations in
                place. Both take turns in one process, in the environment of `./alexnet`. First their results must
                agree: those of convolutions to 1e-3 of their root mean square, the others to 1e-4. Our convolutions
                prepare their weights anew each time, as in training. The table shows medians (lowest to highest) of
                %d iterations in %d processes.

                """,
                any.getBenchmarkResults().stream().mapToInt(fork -> fork.getIterationResults().size()).sum(),
                any.getBenchmarkResults().size()));
        text.append("| kernel | pictures | ours, ms | libtorch, ms | ours is faster by |\n|---|---|---|---|---|\n");
        results.forEach(result -> text.append(row(result)));
        return text.toString();
    }

    private static String row(RunResult result) {
        List<IterationResult> iterations = result.getBenchmarkResults().stream()
                .flatMap(fork -> fork.getIterationResults().stream()).toList();
        double[] ours = read(iterations, "kernelNanos");
        double[] theirs = read(iterations, "libtorchNanos");
        String work = result.getParams().getParam("work");
        return String.format(Locale.ROOT, "| %s | %s | %s | %s | %sx |%n", work.replace('.', ' '),
                work.endsWith("update") ? "" : result.getParams().getParam("batch"),
                Spread.of(ours).format("%.2f"), Spread.of(theirs).format("%.2f"),
                Spread.rounds(ours.length, i -> theirs[i] / ours[i]).format("%.2f"));
    }

    /// Milliseconds a turn, one reading an iteration.
    private static double[] read(List<IterationResult> iterations, String nanos) {
        return iterations.stream()
                .mapToDouble(iteration -> 1e-6 * counted(iteration, nanos) / counted(iteration, "turns"))
                .toArray();
    }

    private static double counted(IterationResult iteration, String counter) {
        return Objects.requireNonNull(iteration.getSecondaryResults().get(counter), counter).getScore();
    }
}
