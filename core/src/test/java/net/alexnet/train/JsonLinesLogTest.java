package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesLogTest {
    @TempDir
    Path folder;

    @Test
    void writesEachLineAtOnce() throws IOException {
        Path path = folder.resolve("log.jsonl");
        try (JsonLinesLog log = JsonLinesLog.open(path, 0)) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("loss", 2.5);
            values.put("text", "two\nlines");
            values.put("nested", new Nested(3, Double.NaN));
            log.append(1, values);

            assertThat(path)
                    .content()
                    .isEqualTo("{\"step\":1,\"loss\":2.5,\"text\":\"two\\nlines\","
                            + "\"nested\":{\"top_one\":3,\"wait_share\":\"NaN\"}}\n");
        }
    }

    @Test
    void aLinkIsNotFollowedOutOfTheRun() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim.txt"), "one\ntwo without an end");
        Path path = Files.createSymbolicLink(folder.resolve("log.jsonl"), victim);
        assertThatThrownBy(() -> JsonLinesLog.open(path, 0)).isInstanceOf(IOException.class)
                .hasMessageContaining(path.toString());
        assertThat(victim).hasContent("one\ntwo without an end");
    }

    /// An archive may hold a hard link to a file that is there.
    @Test
    void aFileThatHasAnotherNameElsewhereIsNotCut() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim.txt"), "{\"step\":1}\n{\"step\":9}\nno end");
        Path path = Files.createLink(folder.resolve("log.jsonl"), victim);
        try (JsonLinesLog log = JsonLinesLog.open(path, 1)) {
            log.append(2, Map.of());
        }
        assertThat(path).hasContent("{\"step\":1}\n{\"step\":2}\n");
        assertThat(victim).hasContent("{\"step\":1}\n{\"step\":9}\nno end");
    }

    @Test
    void aLineWithoutEndIsRefusedBeforeItFillsTheMemory() throws IOException {
        Path path = folder.resolve("log.jsonl");
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(1L << 40); // takes no room on the disk
        }
        assertThatThrownBy(() -> JsonLinesLog.open(path, 1)).isInstanceOf(IOException.class)
                .hasMessageContaining(path.toString());
    }

    private record Nested(int topOne, double waitShare) {}

    @Test
    void aResumedRunDropsLaterLines() throws IOException {
        Path path = write(1, 2, 2, 3, 4);

        try (JsonLinesLog log = JsonLinesLog.open(path, 2)) {
            log.append(3, Map.of("again", true));
        }

        assertThat(path).hasContent("""
                {"step":1,"a":0}
                {"step":2,"a":0}
                {"step":2,"a":0}
                {"step":3,"again":true}
                """);
    }

    @Test
    void dropsEveryLineAfterALaterStep() throws IOException {
        Path path = write(1, 5);
        Files.writeString(path, "a note\n{\"step\":2}\n", StandardOpenOption.APPEND);

        JsonLinesLog.open(path, 4).close();

        assertThat(path).hasContent("{\"step\":1,\"a\":0}\n");
    }

    @Test
    void keepsAUsersLine() throws IOException {
        Path path = write(1);
        Files.writeString(path, "a note\n[]\n{\"step\":\"?\"}\n\n", StandardOpenOption.APPEND);

        try (JsonLinesLog log = JsonLinesLog.open(path, 1)) {
            log.append(2, Map.of());
        }

        assertThat(path).content().isEqualTo("{\"step\":1,\"a\":0}\na note\n[]\n{\"step\":\"?\"}\n\n{\"step\":2}\n");
    }

    @Test
    void dropsAnIncompleteLine() throws IOException {
        String whole = "{\"step\":1,\"a\":0}\n";
        String cut = "{\"step\":2,\"text\":\"ä\"}";
        byte[] bytes = (whole + cut).getBytes(StandardCharsets.UTF_8);
        for (int length = whole.length(); length <= bytes.length; length++) {
            Path path = Files.write(folder.resolve("log.jsonl"), Arrays.copyOf(bytes, length));
            try (JsonLinesLog log = JsonLinesLog.open(path, 9)) {
                log.append(2, Map.of());
            }
            assertThat(path).content().isEqualTo(whole + "{\"step\":2}\n");
        }
    }

    @Test
    void everyLineIsJson() throws IOException {
        Path path = write(1, 2, 3);

        for (String line : Files.readAllLines(path)) {
            assertThat(new ObjectMapper().readTree(line).path("step").isIntegralNumber()).isTrue();
        }
    }

    @Test
    void namesAMissingFolder() {
        assertThatThrownBy(() -> JsonLinesLog.open(folder.resolve("missing/log.jsonl"), 0).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("missing/log.jsonl");
    }

    private Path write(long... steps) throws IOException {
        Path path = folder.resolve("log.jsonl");
        try (JsonLinesLog log = JsonLinesLog.open(path, 0)) {
            for (long step : steps) {
                log.append(step, Map.of("a", 0));
            }
        }
        return path;
    }
}
