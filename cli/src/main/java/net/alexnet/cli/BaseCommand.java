package net.alexnet.cli;

import module java.base;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What all commands have in common: the terminal, `--json`, and how results are printed and output files checked.
@Command(mixinStandardHelpOptions = true)
abstract class BaseCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--json", description = "Print one JSON value to standard output, and nothing else there.")
    private boolean json;

    Terminal terminal() {
        return ((Cli) Objects.requireNonNull(spec).root().userObject()).terminal();
    }

    PrintWriter out() {
        return terminal().out();
    }

    PrintWriter err() {
        return terminal().err();
    }

    boolean json() {
        return json;
    }

    /// Prints a result as JSON or as lines for a person.
    void print(Object object, List<String> lines) {
        if (json) {
            out().print(Json.of(object) + System.lineSeparator());
            out().flush();
        } else {
            lines.forEach(line -> out().println(line));
        }
    }

    /// The value of an option, which must be in a range.
    static long within(String option, long found, long least, long most) {
        if (found < least || found > most) {
            throw new IllegalArgumentException(option + " must be "
                    + (most >= Integer.MAX_VALUE ? "at least " + least : least + " to " + most) + ", found " + found);
        }
        return found;
    }

    /// Checks the name of a file that the command will write.
    ///
    /// @param ending that says its form, such as `.csv`
    /// @throws IllegalArgumentException if the name has another
    static void requireEnding(String option, Path file, String ending) {
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(ending)) {
            throw new IllegalArgumentException(option + " must end in " + ending + ", found " + file);
        }
    }

    /// Checks a file that the command will write.
    ///
    /// @param option that names it, with `: ` behind it, or nothing
    /// @param sources what the command reads
    /// @throws IllegalArgumentException if the file exists and may not be replaced, is a folder, is in a folder that does
    ///     not exist, or is read by the command
    static void requireWritable(String option, Path file, List<Path> sources, boolean force) {
        Path place = file.toAbsolutePath().normalize();
        Path folder = place.getParent();
        String problem = Files.isDirectory(file)
                ? file + " is a folder; name a file in it"
                : sources.stream().anyMatch(source -> place.equals(source.toAbsolutePath().normalize()))
                        ? file + " is the file that is read; name another one to write"
                        : folder == null || !Files.isDirectory(folder)
                                ? "there is no folder " + folder + " to write " + file.getFileName() + " to"
                                : Files.exists(file) && !force ? file + " exists; --force replaces it" : "";
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException(option + problem);
        }
    }
}
