package net.alexnet.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.alexnet.tensor.Shape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reading a closed file of weights, and when a mapping ends.
class ClosedFileTest {
    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final int VALUES = 1 << 20;

    @TempDir
    private Path folder;
    private Path file = Path.of("");

    @BeforeEach
    void write() throws IOException {
        float[] values = new float[VALUES];
        Arrays.fill(values, 3);
        file = folder.resolve("closed-file-test.safetensors");
        Safetensors.write(file, Map.of(), List.of(NamedTensor.of("w", Shape.of(VALUES), () -> values)));
    }

    @Test
    void readingAClosedFileIsRefusedByName() throws IOException {
        for (WeightFile read : List.of(SafetensorsFile.open(file), SafetensorsFile.openLasting(file))) {
            read.close();
            read.close();
            assertThatIllegalStateException().isThrownBy(() -> read.read("w"))
                    .withMessage("reading from a file of weights that is closed: " + file);
            assertThatIllegalStateException().isThrownBy(() -> read.values("w")).withMessageEndingWith(file.toString());
            assertThat(read.names()).as("what was read before stays").containsExactly("w");
        }
    }

    /// A reader gets all values or the error; the process lives.
    @Test
    void closingDuringAReadGivesTheSameError() throws Exception {
        float[] expected = new float[VALUES];
        Arrays.fill(expected, 3);
        try (ExecutorService reader = Executors.newSingleThreadExecutor()) {
            for (int i = 0; i < 20; i++) {
                WeightFile read = SafetensorsFile.open(file);
                CountDownLatch reading = new CountDownLatch(1);
                Future<IllegalStateException> failure = reader.submit(() -> {
                    for (;;) {
                        try {
                            float[] values = read.read("w");
                            reading.countDown();
                            assertThat(Arrays.equals(values, expected)).isTrue();
                        } catch (IllegalStateException e) {
                            return e;
                        }
                    }
                });
                reading.await();
                read.close();
                assertThat(failure.get()).hasMessage("reading from a file of weights that is closed: " + file);
            }
        }
    }

    @Test
    void closingUnmapsTheFile() throws IOException {
        assumeTrue(Files.exists(MAPS));
        try (WeightFile read = SafetensorsFile.open(file)) {
            assertThat(read.read("w")).contains(3);
            assertThat(isMapped()).isTrue();
        }
        assertThat(isMapped()).isFalse();
    }

    @Test
    void aLastingFileStaysMappedWhileItsValuesAreInUse() throws Exception {
        assumeTrue(Files.exists(MAPS));
        readValuesAfterClosing();
        for (int i = 0; i < 200 && isMapped(); i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(isMapped()).isFalse();
    }

    private void readValuesAfterClosing() throws IOException {
        MemorySegment values;
        try (WeightFile read = SafetensorsFile.openLasting(file)) {
            values = read.values("w");
        }
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        assertThat(isMapped()).isTrue();
        assertThat(values.getAtIndex(NamedTensor.FLOAT, VALUES - 1)).isEqualTo(3);
    }

    private boolean isMapped() throws IOException {
        return Files.readString(MAPS).contains(String.valueOf(file.getFileName()));
    }
}
