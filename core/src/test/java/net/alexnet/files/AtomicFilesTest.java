package net.alexnet.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
    @TempDir
    Path folder;

    @Test
    void replacesAFileWhole() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "old");

        AtomicFiles.write(file, out -> out.write(new byte[] {'n', 'e', 'w'}));

        assertThat(file).hasContent("new");
        assertThat(folder.resolve("a.txt.tmp")).doesNotExist();
    }

    @Test
    void keepsTheOldFileWhenTheNewOneFails() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "old");

        assertThatThrownBy(() -> AtomicFiles.write(file, out -> {
            out.write(1);
            throw new IOException("No space left on device");
        })).isInstanceOf(IOException.class).hasMessage("cannot write " + file + ": No space left on device");

        assertThat(file).hasContent("old");
        assertThat(folder.resolve("a.txt.tmp")).doesNotExist();
    }

    @Test
    void deletesATreeAndNothingWhereThereIsNone() throws IOException {
        Files.createDirectories(folder.resolve("x/y/z"));
        Files.writeString(folder.resolve("x/y/f"), "");

        AtomicFiles.deleteTree(folder.resolve("x"));
        AtomicFiles.deleteTree(folder.resolve("x"));

        assertThat(folder).isEmptyDirectory();
    }
}
