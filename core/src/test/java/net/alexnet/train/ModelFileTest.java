package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import net.alexnet.io.WeightFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFileTest {
    /// The module alexnet-interop is not on core's own path.
    @Test
    void aFileOfAnotherFrameworkNamesTheModuleThatReadsIt(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("alexnet.pth"), new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0});
        assertThatThrownBy(() -> ModelFile.find(file, ModelFile.Which.LAST).stored())
                .isInstanceOf(WeightFileException.class)
                .hasMessageContainingAll(file.toString(), "alexnet-interop");
    }
}
