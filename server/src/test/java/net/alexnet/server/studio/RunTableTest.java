package net.alexnet.server.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.alexnet.io.AtomicFiles;
import net.alexnet.server.studio.RunTable.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RunTableTest {
    @TempDir
    Path folder;

    @Test
    void findsRunsBelowAFolder() throws Exception {
        TestRuns.stopped(folder.resolve("one"));
        TestRuns.finished(folder.resolve("claims/runs/baseline/seed-1"));
        Files.writeString(folder.resolve("claims/recipe.yaml"), ""); // of a reproduction, which is no run
        Files.createSymbolicLink(folder.resolve("latest"), Path.of("one"));
        RunTable table = new RunTable(List.of(folder));
        assertThat(table.all()).extracting(Run::name).containsExactly("claims/runs/baseline/seed-1", "one");
        assertThat(table.all()).extracting(Run::id).containsExactly("claims-runs-baseline-seed-1", "one");
        assertThat(table.find("one").orElseThrow().folder().path()).isEqualTo(folder.resolve("one"));
    }

    @Test
    void aGivenFolderMayBeARun() throws Exception {
        TestRuns.stopped(folder.resolve("one"));
        assertThat(new RunTable(List.of(folder.resolve("one"))).all()).extracting(Run::id).containsExactly("one");
        assertThat(new RunTable(List.of(folder.resolve("missing"))).all()).isEmpty();
    }

    @Test
    void equalNamesHaveIdsOfTheirOwn() throws Exception {
        TestRuns.stopped(folder.resolve("a/b c"));
        TestRuns.stopped(folder.resolve("a/b<c"));
        TestRuns.stopped(folder.resolve("..."));
        RunTable table = new RunTable(List.of(folder));
        assertThat(table.all()).hasSize(3).extracting(Run::id).doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*"));
    }

    @Test
    void noIdIsAPath() throws Exception {
        TestRuns.stopped(folder.resolve("runs/one"));
        RunTable table = new RunTable(List.of(folder.resolve("runs")));
        for (String id : List.of("../runs/one", "one/../one", "/", "..", "", folder.resolve("runs/one").toString())) {
            assertThat(table.find(id)).as(id).isEmpty();
        }
    }

    @Test
    void aNewRunIsFound() throws Exception {
        RunTable table = new RunTable(List.of(folder));
        assertThat(table.all()).isEmpty();
        TestRuns.stopped(folder.resolve("one"));
        Thread.sleep(1100); // lists are kept for a second
        assertThat(table.find("one")).isPresent();
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aRootMayBeALink() throws Exception {
        TestRuns.stopped(folder.resolve("runs/one"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("runs"));
        assertThat(new RunTable(List.of(link)).all()).extracting(Run::name).containsExactly("one");
    }

    @Test
    void aDeletedRunDisappears() throws Exception {
        Path run = TestRuns.stopped(folder.resolve("one"));
        RunTable table = new RunTable(List.of(folder));
        assertThat(table.find("one")).isPresent();
        AtomicFiles.deleteTree(run);
        assertThat(table.find("one")).isEmpty();
    }
}
