package net.alexnet.cli;

import java.util.logging.Level;
import java.util.logging.Logger;
import module java.base;
import net.alexnet.torch.NativeLoader;

/// Where the program starts.
///
/// Java cannot tell whether standard error is a terminal, so the launcher does, by the property `alexnet.terminal`.
public final class Main {
    private static final Set<String> TRAINING = Set.of("train", "finetune", "bench");
    private static final Set<String> INFERENCE = Set.of("evaluate", "classify", "features", "similar", "figure",
            "serve", "studio");
    private static final Set<String> SERVERS = Set.of("serve", "studio");

    private Main() {}

    /// What libraries of servers would print. Only servers load it.
    private static final class Quiet {
        private static final Logger GRPC = Logger.getLogger("io.grpc"); // a logger that nobody holds forgets its level

        private Quiet() {}

        static void libraries() {
            System.setProperty("slf4j.internal.verbosity", "ERROR"); // Jetty logs by SLF4J, which warns that no one listens
            GRPC.setLevel(Level.OFF); // it would show the user stack traces of what clients do wrong
        }
    }

    public static void main(String[] arguments) {
        String command = arguments.length == 0 ? "" : arguments[0];
        NativeLoader.configureProcess();
        StandardError.own();
        if (SERVERS.contains(command)) {
            Quiet.libraries();
        }
        if (TRAINING.contains(command) || INFERENCE.contains(command)) {
            NativeLoader.loadAhead(TRAINING.contains(command)); // while the command line is read
        }
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = Cli.run(out, err, Boolean.getBoolean("alexnet.terminal"), arguments);
        out.flush();
        err.flush();
        StandardError.restore();
        if (code == LaunchCommand.OTHER_RANK) {
            Runtime.getRuntime().halt(code); // threads of the connection that was lost may never end
        }
        NativeLoader.await();
        System.exit(code);
    }
}
