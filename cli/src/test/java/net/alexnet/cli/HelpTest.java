package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The examples in a command's help are lines that the program takes.
class HelpTest {
    private static final Pattern EXAMPLE = Pattern.compile("(?m)^ +\\./alexnet (.+)$");

    @ParameterizedTest
    @ValueSource(strings = {"prepare", "train", "finetune", "evaluate", "classify", "features", "similar", "inspect",
        "import", "export", "pull", "report", "studio", "bench", "serve", "figure", "figure filters",
        "figure predictions",
        "figure neighbors",
        "figure activations", "figure occlusion"})
    void examplesAreLinesThatTheProgramTakes(String command) throws Exception {
        String text = Result.done((Object[]) (command + " --help").split(" ")).out();
        assertThat(text.substring(text.indexOf("Examples:\n") + 10).split("\n\n", -1)[0].lines())
                .as("no example is too long for a line").allMatch(line -> line.startsWith("  "));
        String help = text.replaceAll("\\\\\\n +", "");
        List<String> examples = EXAMPLE.matcher(help).results().map(found -> found.group(1)).toList();
        assertThat(examples).anyMatch(example -> example.startsWith(command));
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        try (ShutdownSignal signal = new ShutdownSignal(nowhere, Duration.ZERO)) {
            Cli cli = new Cli(new Terminal(nowhere, nowhere, nowhere, false, signal));
            for (String example : examples) {
                String line = example.replaceAll(" {2,}.*", "").replace("'", "");
                assertThatCode(() -> cli.commandLine(nowhere, nowhere).parseArgs(line.split(" ")))
                        .as(line).doesNotThrowAnyException();
            }
        }
    }
}
