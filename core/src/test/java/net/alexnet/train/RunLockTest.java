package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.alexnet.data.RejectedImage;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.TryLock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {
    @TempDir
    private Path runs;
    private RunFolder folder = new RunFolder(Path.of(""));

    @BeforeEach
    void create() throws IOException {
        folder = RunFolder.create(runs, TinyRecipe.named("tiny", 1));
    }

    @Test
    void twoInOneProcessAreRefusedUntilTheFirstIsDone() throws IOException {
        Files.createDirectory(folder.path().resolve("checkpoints"));
        Path other = Files.createSymbolicLink(runs.resolve("other"), folder.path());
        try (RunFolder.Lock _ = folder.lock()) {
            for (RunFolder same : List.of(folder, new RunFolder(other))) {
                assertThatThrownBy(same::lock).isInstanceOf(IOException.class).hasMessageContainingAll(
                        same.path().toString(), "locked");
            }
        }
        folder.lock().close();
    }

    @Test
    void otherProcessesFindItLockedUntilItIsClosed() throws IOException {
        Files.createDirectory(folder.path().resolve("checkpoints"));
        Path file = folder.path().resolve("lock");
        try (RunFolder.Lock _ = folder.lock()) {
            assertThatThrownBy(folder::lock).isInstanceOf(IOException.class); // and does not give the first one up
            assertThat(TryLock.findsLocked(file)).isTrue();
        }
        assertThat(TryLock.findsLocked(file)).isFalse();
    }

    @Test
    void aFolderThatCannotHoldALockIsNamed() throws IOException {
        Files.createDirectory(folder.path().resolve("lock"));
        assertThatThrownBy(folder::lock).isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot write " + folder.path().resolve("lock"));
    }

    // --- a run that did not begin ----------------------------------------------------------------------------------

    @Test
    void aFolderInWhichNoRunBeganGoesWithTheLock() throws IOException {
        RejectedImage.write(folder.path(), List.of(new RejectedImage("a.png", "not a picture")));
        folder.lock().close();
        assertThat(folder.path()).doesNotExist();
        assertThat(runs).isEmptyDirectory();
    }

    @Test
    void aFolderThatHoldsAnythingElseStays() throws IOException {
        for (String name : List.of("log.jsonl", "notes.txt")) {
            Path file = Files.writeString(folder.path().resolve(name), "");
            folder.lock().close();
            assertThat(file).exists();
            Files.delete(file);
        }
    }

    @Test
    void aFolderThatWasRemovedMeanwhileIsNoError() throws IOException {
        try (RunFolder.Lock _ = folder.lock()) {
            AtomicFiles.deleteTree(folder.path());
        }
        assertThat(folder.path()).doesNotExist();
    }
}
