package net.alexnet.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A class of this class path in a process of its own.
final class ProgramProcess {
    private ProgramProcess() {}

    /// Java with the options that the tests run with.
    static List<String> java(String classPath) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("-X") || flag.startsWith("--enable") || flag.startsWith("--add")
                        || flag.startsWith("-Dorg.bytedeco"))
                .toList());
        command.addAll(List.of("-cp", classPath));
        return command;
    }

    static ProcessBuilder of(Class<?> main, Object... arguments) {
        List<String> command = java(System.getProperty("java.class.path"));
        command.add(main.getName());
        Stream.of(arguments).map(String::valueOf).forEach(command::add);
        return new ProcessBuilder(command);
    }

    /// Reads a process's standard error to its end, and sends a signal when a line begins with a text.
    ///
    /// @return all lines
    static List<String> signalAt(Process process, String line, int signal) throws IOException, InterruptedException {
        List<String> said = new ArrayList<>();
        try (BufferedReader err = new BufferedReader(
                new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String next = err.readLine(); next != null; next = err.readLine()) {
                said.add(next);
                if (next.startsWith(line)) {
                    signal(process, signal);
                }
            }
        }
        return said;
    }

    /// Process.destroy() can only send SIGTERM.
    static void signal(Process process, int signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();
    }

    /// Whether children of this process ignore SIGINT, as those of a shell's background job do.
    static boolean ignoresInterrupts() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status) && Files.readAllLines(status).stream().filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    }
}
