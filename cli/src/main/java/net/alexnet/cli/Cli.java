package net.alexnet.cli;

import module java.base;
import net.alexnet.data.DatasetException;
import net.alexnet.distributed.GroupException;
import net.alexnet.distributed.Rendezvous;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Texts;
import net.alexnet.tensor.BackendException;
import net.alexnet.train.DivergedException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The command line as a whole: its commands, and what a user sees when one fails.
@Command(name = "alexnet", description = "The AlexNet of 2012: train it, evaluate it, use it.", mixinStandardHelpOptions = true, versionProvider = Cli.Version.class, synopsisSubcommandLabel = "COMMAND", subcommands = {
    PrepareCommand.class, TrainCommand.class, FinetuneCommand.class, EvaluateCommand.class, ReproduceCommand.class,
    ClassifyCommand.class, ServeCommand.class,
    FeaturesCommand.class, SimilarCommand.class, InspectCommand.class, ImportCommand.class, ExportCommand.class,
    PullCommand.class, FigureCommand.class, ReportCommand.class,
    StudioCommand.class, BenchCommand.class, LaunchCommand.class}, footer = {"",
        "./alexnet COMMAND --help describes a command.",
        "Exit codes: 0 done, 1 failed, 2 wrong use, 130 and 143 stopped by a signal."})
final class Cli {
    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show the whole stack trace of a failure.")
    private boolean debug;

    /// The version in the manifest of the program's jar.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"alexnet " + number() + ", Java " + Runtime.version()};
        }

        static String number() {
            return Objects.requireNonNullElse(Cli.class.getPackage().getImplementationVersion(), "(not from a jar)");
        }
    }

    private static final Pattern PICTURE = Pattern.compile("(?i)\\.(jpe?g|png|gif|bmp|webp|tiff?|p[bgp]m)$");
    private static final Pattern TYPE = Pattern.compile("(?<=: )('.*') is not an? (int|long|double)");
    private static final Pattern CONSTANTS = Pattern
            .compile("expected one of \\[(.+)\\] \\(case-insensitive\\) but was");
    private static final String LESS = "use a smaller batch or a smaller network, or give Java more memory:"
            + " ALEXNET_JAVA_OPTS=-Xmx8g";

    private final Terminal terminal;

    Cli(Terminal terminal) {
        this.terminal = terminal;
    }

    Terminal terminal() {
        return terminal;
    }

    /// Runs one command.
    ///
    /// @param out takes results
    /// @param err takes progress, warnings and errors
    /// @param terminal whether a person is watching `err`
    /// @return the exit code
    static int run(PrintWriter out, PrintWriter err, boolean terminal, String... arguments) {
        PrintWriter plain = Terminal.sanitized(err);
        Cli cli = null;
        try (ShutdownSignal interruption = new ShutdownSignal(plain, ShutdownSignal.PATIENCE)) {
            cli = new Cli(new Terminal(Terminal.sanitized(out), plain, err, terminal, interruption));
            return cli.commandLine(out, plain).execute(arguments.length == 0 ? new String[] {"--help"} : arguments);
        } catch (OutOfMemoryError e) {
            plain.println("alexnet: out of memory (" + e.getMessage() + "); " + LESS);
        } catch (Error e) {
            plain.println("alexnet: " + message(e));
            if (cli != null && cli.debug) {
                e.printStackTrace(plain);
            }
        }
        return 1;
    }

    CommandLine commandLine(PrintWriter out, PrintWriter err) {
        CommandLine line = new CommandLine(this)
                .setOut(out)
                .setErr(err)
                .setUsageHelpWidth(100)
                .setExpandAtFiles(false) // a picture may have the name @x.jpg, and a stranger may have written it
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Cli::misuse)
                .setExecutionExceptionHandler((e, command, parsed) -> failure(e, command));
        Objects.requireNonNull(line.getSubcommands().get("launch")).setStopAtPositional(true); // what follows is the ranks' command
        return line;
    }

    /// The message of an error that no command expects: a part of the program is missing, or the program has a fault.
    private static String message(Error e) {
        return e instanceof LinkageError
                ? "a part of the program is missing or does not fit the rest: " + e
                        + ". Build it again: remove the folder target and run ./alexnet. If that does not help, --debug"
                        + " shows where it failed; please report it"
                : "an error in the program: " + e + "; --debug shows where. Please report it";
    }

    private static int misuse(CommandLine.ParameterException e, String[] arguments) {
        PrintWriter err = e.getCommandLine().getErr();
        err.println("alexnet: " + modelForgotten(e).orElseGet(() -> inOurWords(String.valueOf(e.getMessage()))));
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, err)) {
            err.println("See './" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
        }
        return 2;
    }

    /// Where the first argument is a picture and nothing follows it, the model was left out.
    private static Optional<String> modelForgotten(CommandLine.ParameterException e) {
        CommandSpec command = e.getCommandLine().getCommandSpec();
        if (e instanceof CommandLine.MissingParameterException missing
                && missing.getMissing().stream().anyMatch(ArgSpec::isPositional)
                && command.positionalParameters().getFirst().getValue() instanceof Path first
                && Files.isRegularFile(first) && PICTURE.matcher(first.toString()).find()) {
            return Optional.of("found the picture " + first + " where the model is expected. Name the model first: ./"
                    + command.qualifiedName() + " runs/latest " + Texts.argument(first.toString()));
        }
        return Optional.empty();
    }

    /// The parser's messages name constants and types of Java, and repeat a word.
    private static String inOurWords(String message) {
        String text = TYPE.matcher(message.replace("option option", "option"))
                .replaceFirst(found -> Matcher.quoteReplacement("expected "
                        + (found.group(2).equals("double") ? "a number" : "a whole number") + ", found "
                        + found.group(1)));
        return CONSTANTS.matcher(text).replaceFirst(found -> Matcher.quoteReplacement("expected one of "
                + found.group(1).toLowerCase(Locale.ROOT) + ", found"));
    }

    private int failure(Exception e, CommandLine command) {
        PrintWriter err = command.getErr();
        err.println("alexnet: " + message(e));
        if (debug) {
            e.printStackTrace(err);
        }
        return switch (e) {
            case IllegalArgumentException _ -> 2;
            case GroupException _ -> LaunchCommand.OTHER_RANK;
            case DivergedException _,DatasetException _ when Rendezvous.of(System.getenv()).isPresent() ->
                LaunchCommand.NO_RESTART;
            default -> 1;
        };
    }

    private static String message(Exception e) {
        return switch (e) {
            case IOException io -> AtomicFiles.reason(io);
            case UncheckedIOException io -> AtomicFiles.reason(Objects.requireNonNull(io.getCause()));
            case GroupException _ -> text(e);
            case BackendException _ when isOfMemory(e) -> text(e) + "; " + LESS;
            case BackendException _,DivergedException _,IllegalArgumentException _ -> text(e);
            case RuntimeException _ -> "an error in the program: " + e + "; --debug shows where. Please report it";
            default -> text(e);
        };
    }

    /// Whether a backend failed because Java had no memory or no threads left.
    private static boolean isOfMemory(@Nullable Throwable e) {
        return e != null && (e instanceof OutOfMemoryError || isOfMemory(e.getCause()));
    }

    private static String text(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
