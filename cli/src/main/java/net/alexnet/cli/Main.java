package net.alexnet.cli;

import java.util.logging.Level;
import java.util.logging.Logger;
import module java.base;
import net.alexnet.torch.NativeLoader;

/// Where the program starts.
///
/// Java cannot tell whether standard error is a terminal, so the launcher does, by the property `alexnet.terminal`.
public final class Main {
    private static final Set<String> COMPUTE = Set.of("train", "evaluate", "classify", "finetune", "features",
            "similar", "figure", "bench", "serve");

    private static final Logger GRPC = Logger.getLogger("io.grpc"); // a logger that nobody holds forgets its level

    private Main() {}

    public static void main(String[] arguments) {
        String command = arguments.length == 0 ? "" : arguments[0];
        NativeLoader.configureProcess();
        System.setProperty("slf4j.internal.verbosity", "ERROR"); // Jetty logs by SLF4J, which warns that no one listens
        GRPC.setLevel(Level.OFF); // it would show the user stack traces of what clients do wrong
        if (COMPUTE.contains(command)) {
            NativeLoader.loadAhead(); // while the command line is read
        }
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = Cli.run(out, err, Boolean.getBoolean("alexnet.terminal"), arguments);
        out.flush();
        err.flush();
        NativeLoader.await();
        System.exit(code);
    }
}
