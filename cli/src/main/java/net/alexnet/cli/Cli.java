package net.alexnet.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Objects;
import net.alexnet.io.AtomicFiles;
import net.alexnet.tensor.BackendException;
import net.alexnet.train.DivergedException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The command line as a whole: its commands, and what a user sees when one fails.
@Command(name = "alexnet", description = "The AlexNet of 2012: train it, evaluate it, use it.", mixinStandardHelpOptions = true, versionProvider = Cli.Version.class, synopsisSubcommandLabel = "COMMAND", subcommands = {
    PrepareCommand.class, TrainCommand.class, FinetuneCommand.class, EvaluateCommand.class, ClassifyCommand.class,
    FeaturesCommand.class, SimilarCommand.class, InspectCommand.class, ImportCommand.class, ExportCommand.class,
    PullCommand.class,
    BenchCommand.class}, footer = {"",
        "./alexnet COMMAND --help says more. Exit codes: 0 done, 1 failed, 2 misuse, 130 and 143 stopped by a signal."})
final class Cli {
    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show the whole stack trace of a failure.")
    private boolean debug;

    /// The version in the manifest of the program's jar.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Cli.class.getPackage().getImplementationVersion();
            return new String[] {
                "alexnet " + (version == null ? "(not from a jar)" : version) + ", Java " + Runtime.version()};
        }
    }

    private static final String LESS = "take a smaller batch, a smaller network, or give Java more:"
            + " ALEXNET_JAVA_OPTS=-Xmx8g";

    private Cli() {}

    /// Runs one command.
    ///
    /// @param out takes results
    /// @param err takes progress, warnings and errors
    /// @param terminal whether a person is watching `err`
    /// @return the exit code
    static int run(PrintWriter out, PrintWriter err, boolean terminal, String... arguments) {
        Cli cli = new Cli();
        PrintWriter plain = Terminal.sanitized(err);
        try (ShutdownSignal interruption = new ShutdownSignal(err)) {
            CommandLine line = new CommandLine(cli,
                    new Terminal.Factory(
                            new Terminal(Terminal.sanitized(out), plain, err, terminal, interruption)))
                    .setOut(out)
                    .setErr(plain)
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .setParameterExceptionHandler(Cli::misuse)
                    .setExecutionExceptionHandler((e, command, parsed) -> cli.failure(e, command));
            return line.execute(arguments.length == 0 ? new String[] {"--help"} : arguments);
        } catch (OutOfMemoryError e) {
            plain.println("alexnet: out of memory (" + e.getMessage() + "); " + LESS);
            return 1;
        } catch (Error e) {
            plain.println("alexnet: " + message(e));
            if (cli.debug) {
                e.printStackTrace(plain);
            }
            return 1;
        }
    }

    /// Of what no command foresees: a part of the program that is missing, or a fault in it.
    private static String message(Error e) {
        return e instanceof LinkageError
                ? "a part of the program is missing or does not fit the rest: " + e
                        + ". Build it again: remove the folder target and run ./alexnet. If that does not help, --debug"
                        + " shows where it failed; please report it"
                : "an error in the program: " + e + "; --debug shows where. Please report it";
    }

    private static int misuse(CommandLine.ParameterException e, String[] arguments) {
        PrintWriter err = e.getCommandLine().getErr();
        err.println("alexnet: " + e.getMessage());
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, err)) {
            err.println("See './" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
        }
        return 2;
    }

    private int failure(Exception e, CommandLine command) {
        PrintWriter err = command.getErr();
        err.println("alexnet: " + message(e));
        if (debug) {
            e.printStackTrace(err);
        }
        return e instanceof UsageException || e instanceof IllegalArgumentException ? 2 : 1;
    }

    private static String message(Exception e) {
        return switch (e) {
            case IOException io -> AtomicFiles.reason(io);
            case UncheckedIOException io -> AtomicFiles.reason(Objects.requireNonNull(io.getCause()));
            case BackendException _ when isOfMemory(e) -> text(e) + "; " + LESS;
            case UsageException _,BackendException _,DivergedException _ -> text(e);
            case IllegalArgumentException _ -> text(e);
            case RuntimeException _ -> "an error in the program: " + e + "; --debug shows where. Please report it";
            default -> text(e);
        };
    }

    /// Whether it was Java's memory, or its threads, that a backend ran out of.
    private static boolean isOfMemory(@Nullable Throwable e) {
        return e != null && (e instanceof OutOfMemoryError || isOfMemory(e.getCause()));
    }

    private static String text(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
