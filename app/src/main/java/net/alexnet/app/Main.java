package net.alexnet.app;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/// Where the program starts.
///
/// Java cannot tell whether standard error is a terminal, so the launcher does, by the property `alexnet.terminal`.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = Cli.run(out, err, Boolean.getBoolean("alexnet.terminal"), arguments);
        out.flush();
        err.flush();
        System.exit(code);
    }
}
