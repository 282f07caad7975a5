package net.alexnet.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A Python program that does the same work, one round whenever it is told to, so that both sides can take turns in one
/// run. It gets a line and answers with a line of numbers.
final class Peer implements AutoCloseable {
    private final Process process;
    private final BufferedWriter to;
    private final BufferedReader from;

    /// @param python the interpreter
    /// @param script below `bench/peers`
    Peer(String python, String script, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(python, script));
        command.addAll(arguments);
        this.process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        this.to = process.outputWriter();
        this.from = process.inputReader();
    }

    /// What one round gave.
    ///
    /// @param rate pictures per second
    /// @param check a figure that both sides must agree on
    record Round(double rate, double check) {}

    Round round() throws IOException {
        to.write("go\n");
        to.flush();
        String line = from.readLine();
        if (line == null) {
            throw new IOException("the peer has ended; its message stands above");
        }
        String[] figures = line.split(" ");
        return new Round(Double.parseDouble(figures[0]), Double.parseDouble(figures[1]));
    }

    @Override
    public void close() throws IOException {
        to.close();
        process.destroy();
    }
}
