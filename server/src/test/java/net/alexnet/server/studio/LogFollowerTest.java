package net.alexnet.server.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.alexnet.server.studio.LogFollower.Lines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFollowerTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("log.jsonl");
    }

    @Test
    void givesWholeLinesOnce() throws Exception {
        LogFollower follower = new LogFollower(file(), 0);
        assertThat(follower.next()).as("no file").isEmpty();
        String first = TestRuns.step(1, 2);
        TestRuns.append(folder, first + "a note\n" + TestRuns.step(2, 1).substring(0, 20));
        Lines lines = follower.next().orElseThrow();
        assertThat(lines.lines()).extracting(line -> line.path("step").asInt()).containsExactly(1);
        assertThat(lines.offset()).isEqualTo(first.length() + "a note\n".length());
        assertThat(follower.next()).as("half a line").isEmpty();
        TestRuns.append(folder, TestRuns.step(2, 1).substring(20));
        assertThat(follower.next().orElseThrow().lines()).extracting(line -> line.path("step").asInt())
                .containsExactly(2);
        assertThat(follower.next()).isEmpty();
    }

    @Test
    void resumesBehindALine() throws Exception {
        TestRuns.append(folder, TestRuns.step(1, 2) + TestRuns.step(2, 1));
        Lines lines = new LogFollower(file(), TestRuns.step(1, 2).length()).next().orElseThrow();
        assertThat(lines.reset()).isFalse();
        assertThat(lines.lines()).extracting(line -> line.path("step").asInt()).containsExactly(2);
    }

    @Test
    void aPlaceOfAnotherLogIsAReset() throws Exception {
        TestRuns.append(folder, TestRuns.step(1, 2));
        for (long place : new long[] {7, 100_000}) {
            Lines lines = new LogFollower(file(), place).next().orElseThrow();
            assertThat(lines.reset()).isTrue();
            assertThat(lines.lines()).hasSize(1);
        }
    }

    @Test
    void aReplacedLogIsAReset() throws Exception {
        TestRuns.append(folder, TestRuns.step(1, 2));
        LogFollower follower = new LogFollower(file(), 0);
        assertThat(follower.next().orElseThrow().reset()).isFalse();
        Path other = Files.writeString(folder.resolve("other"), TestRuns.step(1, 2) + TestRuns.step(9, 2));
        Files.move(other, file(), StandardCopyOption.REPLACE_EXISTING);
        Lines lines = follower.next().orElseThrow();
        assertThat(lines.reset()).isTrue();
        assertThat(lines.lines()).hasSize(2);
    }

    @Test
    void ofManyLinesOnlyTheLastAreGiven() throws Exception {
        TestRuns.append(folder, IntStream.rangeClosed(1, 50_000).mapToObj(i -> TestRuns.step(i, 2))
                .collect(Collectors.joining()));
        Lines lines = new LogFollower(file(), 0).next().orElseThrow();
        assertThat(lines.lines()).hasSize(LogFollower.MOST_LINES);
        assertThat(lines.lines().getLast().path("step").asInt()).isEqualTo(50_000);
        assertThat(lines.skipped()).isPositive();
        assertThat(lines.offset()).isEqualTo(Files.size(file()));
    }
}
