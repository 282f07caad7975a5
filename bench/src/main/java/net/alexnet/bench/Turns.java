package net.alexnet.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;

/// The protocol of a [PeerBenchmark] on the side of a program in Java: a line in is one turn, a line out is its result. Between
/// turns the program waits for its input, so only one side computes at a time. `turns.py` is the same in Python.
///
/// | in | out |
/// |---|---|
/// | `describe` | engine and versions |
/// | `check` | the loss without dropout; if the side trains, also the root mean square of the logits and the loss after a step |
/// | `work` | the multiply-adds of a picture, forward and training |
/// | `train BATCH SECONDS` | seconds per step over at least so many, and the last loss |
/// | `infer BATCH SECONDS` | seconds per pass, and the mean sum of a picture's probabilities |
/// | `sgemm SECONDS` | seconds per product of two 2048×2048 matrices, and its first value |
///
/// It needs only the JDK, so that peers on other class paths can use it.
public final class Turns {
    private Turns() {}

    /// What a side can do. A side implements only what it is asked for.
    public interface Program {
        /// Engine and versions, one line.
        String describe();

        /// One training step.
        ///
        /// @return the loss before it
        double train(int batch);

        /// One pass.
        ///
        /// @return the mean over the batch of the sum of a picture's probabilities
        double infer(int batch);

        /// The loss, the root mean square of the logits, and the loss after one step, without dropout.
        default double[] check() {
            throw new UnsupportedOperationException("not the same network");
        }

        /// The multiply-adds of one picture, forward and in a training step.
        default double[] work() {
            throw new UnsupportedOperationException("the same network");
        }

        /// One product of two 2048×2048 matrices.
        default double sgemm() {
            throw new UnsupportedOperationException("asked of our side alone");
        }
    }

    /// Answers until the input ends. Whatever else the program prints on standard output goes to standard error.
    public static void serve(Program program) throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            answers.println(answer(program, line.split(" ", -1)));
            answers.flush();
        }
    }

    private static String answer(Program program, String[] words) {
        return switch (words[0]) {
            case "describe" -> program.describe();
            case "check" -> join(program.check());
            case "work" -> join(program.work());
            case "train" -> timed(() -> program.train(Integer.parseInt(words[1])), words[2]);
            case "infer" -> timed(() -> program.infer(Integer.parseInt(words[1])), words[2]);
            case "sgemm" -> timed(program::sgemm, words[1]);
            default -> throw new IllegalArgumentException("unknown request: " + String.join(" ", words));
        };
    }

    private static String timed(DoubleSupplier step, String seconds) {
        double atLeast = Double.parseDouble(seconds) * 1e9;
        long start = System.nanoTime();
        int steps = 0;
        double value;
        long nanos;
        do {
            value = step.getAsDouble();
            steps++;
            nanos = System.nanoTime() - start;
        } while (nanos < atLeast);
        return join(nanos / 1e9 / steps, value);
    }

    private static String join(double... values) {
        return Arrays.stream(values).mapToObj(value -> String.format(Locale.ROOT, "%.9g", value))
                .collect(Collectors.joining(" "));
    }
}
