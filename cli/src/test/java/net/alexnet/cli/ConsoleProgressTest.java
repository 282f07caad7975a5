package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import net.alexnet.train.RunListener;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
    @Test
    void aBarShowsAllFiguresOfAStepInOneLineAndIsErased() {
        StringWriter shown = new StringWriter();
        PrintWriter err = new PrintWriter(shown, true);
        try (ShutdownSignal signal = new ShutdownSignal(err, Duration.ZERO);
                ConsoleProgress progress = new ConsoleProgress(new Terminal(err, err, err, true, signal),
                        ConsoleProgress.Mode.AUTO)) {
            progress.step(new RunListener.Step(992, 1000, 100, 100, 2.4, 0.01, 1234, 0.012, 7500));
            assertThat(shown.toString()).matches("\r\u001b\\[Kepoch 100/100 \\[==\\s+\\] loss 2.4000 .* left")
                    .contains("1,234 images/s", "data wait 1.2 %", "2:05:00 h left");
            progress.message("done");
        }
        assertThat(shown.toString()).endsWith("left\r\u001b[K" + "done" + System.lineSeparator());
    }
}
