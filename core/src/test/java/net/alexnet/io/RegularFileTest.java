package net.alexnet.io;

import static java.nio.file.Files.createSymbolicLink;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
@Timeout(20)
class RegularFileTest {
    @TempDir
    Path folder;

    @Test
    void neitherPipesNorDevicesAreOpened() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        for (Path file : new Path[] {pipe, createSymbolicLink(folder.resolve("a"), pipe),
            createSymbolicLink(folder.resolve("b"), Path.of("/dev/zero")), folder}) {
            assertThatThrownBy(() -> RegularFile.text(file)).isInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString());
            assertThatThrownBy(() -> RegularFile.open(file)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> Hashes.hex(file)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> LockFile.tryTake(file)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> RegularFile.requireOwnOrMissing(file)).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> RegularFile.size(folder.resolve("missing"))).isInstanceOf(NoSuchFileException.class);
        RegularFile.requireOwnOrMissing(folder.resolve("missing"));
    }

    /// Its size is 0, and it never ends.
    @Test
    void aFileOfTheKernelIsEmpty() throws Exception {
        Path file = Path.of("/proc/self/pagemap");
        assumeThat(file).exists();
        assertThat(RegularFile.read(file, 100)).isEmpty();
    }

    @Test
    void noMoreIsReadThanTheLimit() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "0123456789");
        assertThat(RegularFile.text(createSymbolicLink(folder.resolve("link"), file))).isEqualTo("0123456789");
        assertThatThrownBy(() -> RegularFile.read(file, 9)).isInstanceOf(IOException.class)
                .hasMessageContainingAll("10", "9");
        try (InputStream in = RegularFile.open(file, 4)) {
            in.skipNBytes(1);
            assertThat(in.read()).isEqualTo('1');
            assertThat(in.readAllBytes()).asString().isEqualTo("23");
            assertThat(in.read()).isEqualTo(-1);
        }
    }
}
