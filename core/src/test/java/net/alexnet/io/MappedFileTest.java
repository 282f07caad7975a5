package net.alexnet.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class MappedFileTest {
    @TempDir
    Path root;

    /// Compiled code hears of a lost page later than interpreted code does.
    @Test
    void aLostPageIsAnExceptionAlsoAfterManyReads() throws Exception {
        Path path = Files.write(root.resolve("file"), new byte[] {1, 2, 3, 4, 5});
        MemorySegment file = MappedFile.open(path);
        assertThat(file.byteSize()).isEqualTo(5);
        assertThat(MappedFile.read(file, 1, 3)).containsExactly(2, 3, 4);
        assertThat(sum(file, 100_000)).isEqualTo(200_000);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> sum(file, 1)).isInstanceOf(IOException.class)
                    .hasMessageContaining("can no longer be read from the disk");
        }
    }

    /// Nobody writes to the pipe, so that a reader would wait for ever.
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void refusesAPipe() throws Exception {
        Path pipe = root.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        assertTimeoutPreemptively(Duration.ofSeconds(10),
                () -> assertThatThrownBy(() -> MappedFile.lasting(pipe, "an ONNX model"))
                        .isInstanceOf(WeightFileException.class)
                        .hasMessageContaining("is a pipe or a device, expected an ONNX model"));
    }

    private static long sum(MemorySegment file, int times) throws IOException {
        long sum = 0;
        for (int i = 0; i < times; i++) {
            sum += MappedFile.read(file, 1, 3)[0];
        }
        return sum;
    }
}
