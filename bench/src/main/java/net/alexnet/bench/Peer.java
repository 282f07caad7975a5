package net.alexnet.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// A program that does the same work, one round for each line that it is sent, so that all sides can take turns in one run.
/// It answers with a line.
final class Peer implements AutoCloseable {
    private static final double KIB_PER_GIB = 1 << 20;

    /// What `./alexnet` sets for our side. The others must not inherit it from this process.
    private static final List<String> OURS = List.of("GLIBC_TUNABLES", "OMP_WAIT_POLICY");

    private final Process process;
    private final BufferedWriter to;
    private final BufferedReader from;

    /// A program in Python.
    ///
    /// @param python the interpreter
    /// @param script below `bench/peers`
    Peer(String python, String script, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(python, script));
        command.addAll(arguments);
        this(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT), Map.of());
    }

    /// Any program.
    ///
    /// @param environment added to the environment of this process, from which the launcher's settings are removed
    /// @param messages the file for its standard error
    Peer(List<String> command, Map<String, String> environment, File messages) throws IOException {
        this(new ProcessBuilder(command).redirectError(messages), environment);
    }

    private Peer(ProcessBuilder builder, Map<String, String> environment) throws IOException {
        OURS.forEach(builder.environment()::remove);
        builder.environment().putAll(environment);
        this.process = builder.start();
        this.to = process.outputWriter();
        this.from = process.inputReader();
    }

    /// The launcher's settings that this process has, for a side that should have them too.
    ///
    /// @param names of variables
    static Map<String, String> inherited(String... names) {
        return Arrays.stream(names).filter(System.getenv()::containsKey)
                .collect(Collectors.toMap(Function.identity(), name -> System.getenv().getOrDefault(name, "")));
    }

    /// The result of one round.
    ///
    /// @param rate pictures per second
    /// @param check a figure that both sides must agree on
    record Round(double rate, double check) {}

    Round round() throws IOException {
        double[] figures = numbers("go");
        return new Round(figures[0], figures[1]);
    }

    /// Asks for a line.
    ///
    /// @throws IOException if the program has ended instead
    String ask(String request) throws IOException {
        try {
            to.write(request + "\n");
            to.flush();
        } catch (IOException e) {
            throw new IOException("the program has ended before '" + request + "'", e);
        }
        String line = from.readLine();
        if (line == null) {
            throw new IOException("the program has ended at '" + request + "'");
        }
        return line;
    }

    /// Asks for a line of numbers.
    double[] numbers(String request) throws IOException {
        String[] words = ask(request).split(" ", -1);
        double[] numbers = new double[words.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Double.parseDouble(words[i]);
        }
        return numbers;
    }

    /// The most memory that the process has held so far, in GiB; 0 where the system does not tell.
    double peakResident() throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / KIB_PER_GIB)
                .findFirst()
                .orElse(0);
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        from.close();
    }
}
