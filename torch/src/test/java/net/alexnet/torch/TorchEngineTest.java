package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.alexnet.inference.EngineUnavailableException;
import net.alexnet.inference.Engines;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;

class TorchEngineTest {
    @Test
    void theServiceLoaderFindsIt() {
        assertThat(Engines.find()).isInstanceOf(TorchEngine.class);
        assertThat(Engines.find().codec()).isInstanceOf(OpenCvCodec.class);
        try (Backend backend = Engines.open("CPU", 1, Precision.FLOAT32)) {
            assertThat(backend).isInstanceOf(TorchBackend.class);
        }
    }

    @Test
    void anUnknownDeviceIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Engines.open("tpu", 1, Precision.FLOAT32))
                .withMessageContaining("tpu");
    }

    /// Opens the engine and prints what goes wrong.
    static final class Opening {
        private Opening() {}

        public static void main(String[] arguments) {
            try (Backend backend = Engines.open("cpu", 1, Precision.FLOAT32)) {
                System.out.println("opened " + backend.describe());
            } catch (EngineUnavailableException e) {
                System.out.println("unavailable: " + e.getMessage());
            }
        }
    }

    @Test
    void deniedNativeAccessNamesTheFlag() throws Exception {
        assertThat(open(System.getProperty("java.class.path"), "--illegal-native-access=deny"))
                .contains("unavailable: ", "--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void missingNativesAreNamed() throws Exception {
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("-" + Loader.getPlatform() + ".jar"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(open(classPath, "--enable-native-access=ALL-UNNAMED"))
                .contains("unavailable: ", "org.bytedeco:pytorch", Loader.getPlatform());
    }

    private static String open(String classPath, String option) throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(), option,
                "-cp", classPath, Opening.class.getName()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
