package net.alexnet.server.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointIdTest {
    @TempDir
    Path folder;

    @Test
    void anotherOneOfTheSameStepIsAnotherCheckpoint() throws Exception {
        Path state = Files.writeString(folder.resolve("state.json"), "1");
        CheckpointId first = CheckpointId.of(folder);
        assertThat(CheckpointId.of(folder)).isEqualTo(first);
        Files.delete(state);
        Files.writeString(state, "2");
        Files.setLastModifiedTime(state, FileTime.fromMillis(first.written().toMillis() + 1));
        assertThat(CheckpointId.of(folder)).isNotEqualTo(first);
    }
}
