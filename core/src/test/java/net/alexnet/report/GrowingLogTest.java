package net.alexnet.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowingLogTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("log.jsonl");
    }

    private static String line(int step) {
        return "{\"step\":" + step + ",\"kind\":\"step\",\"loss\":0.5}\n";
    }

    private void append(String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Test
    void readsWhatIsAdded() throws Exception {
        GrowingLog log = new GrowingLog(file);
        assertThat(log.read()).isEqualTo(new GrowingLog.Reading(Logs.of(), 0));
        append(line(1));
        assertThat(log.read().log().steps()).extracting(RunLog.Step::step).containsExactly(1L);
        append(line(2) + line(3));
        assertThat(log.read().log().steps()).extracting(RunLog.Step::step).containsExactly(1L, 2L, 3L);
        assertThat(log.read().offset()).isEqualTo(Files.size(file));
    }

    @Test
    void aHalfWrittenLineIsReadWhenItIsWhole() throws Exception {
        GrowingLog log = new GrowingLog(file);
        append(line(1) + line(2).substring(0, 9));
        assertThat(log.read().log().steps()).hasSize(1);
        assertThat(log.read().offset()).isEqualTo(line(1).length());
        append(line(2).substring(9, 15));
        assertThat(log.read().log().steps()).hasSize(1);
        append(line(2).substring(15));
        assertThat(log.read().log().steps()).extracting(RunLog.Step::step).containsExactly(1L, 2L);
    }

    @Test
    void aReplacedFileIsReadAnew() throws Exception {
        GrowingLog log = new GrowingLog(file);
        append(line(1) + line(2));
        assertThat(log.read().log().steps()).hasSize(2);
        Path other = Files.writeString(folder.resolve("other"), line(1) + line(7) + line(8));
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(log.read().log().steps()).extracting(RunLog.Step::step).containsExactly(1L, 7L, 8L);
        Files.writeString(file, line(1), StandardOpenOption.TRUNCATE_EXISTING);
        assertThat(log.read().log().steps()).extracting(RunLog.Step::step).containsExactly(1L);
    }

    @Test
    void aLongLogIsTheSameInParts() throws Exception {
        String lines = IntStream.rangeClosed(1, 60_000).mapToObj(GrowingLogTest::line).collect(Collectors.joining());
        append(lines);
        RunLog log = new GrowingLog(file).read().log();
        assertThat(log.steps()).hasSize(60_000);
        assertThat(log.steps().getLast().step()).isEqualTo(60_000);
        assertThat(log).isEqualTo(RunLog.read(file));
    }
}
