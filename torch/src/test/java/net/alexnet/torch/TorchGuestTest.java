package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/// What backends leave behind in a process that uses libtorch for itself too.
class TorchGuestTest {
    private static void compute(TorchBackend backend) {
        try (Scope _ = backend.scope()) {
            backend.relu(backend.zeros(Shape.of(2)));
        }
    }

    /// Sums that are split among another number of threads round otherwise.
    @Test
    void twoBackendsComputeWithTheirOwnNumbersOfThreads() {
        try (TorchBackend one = TorchBackend.open("cpu", 1); TorchBackend two = TorchBackend.open("cpu", 2)) {
            compute(one);
            assertThat(threads()).isEqualTo("1 1");
            compute(two);
            assertThat(threads()).isEqualTo("2 2");
            compute(one);
            assertThat(threads()).isEqualTo("1 1");
        }
    }

    /// The numbers of libtorch's threads and of those that OpenBLAS multiplies with.
    private static String threads() {
        return torch.get_num_threads() + " " + openblas_nolapack.blas_get_num_threads();
    }

    /// A process with settings of its own.
    static final class Host {
        private Host() {}

        private static String settings() {
            Context context = torch.globalContext();
            return threads() + " " + context.deterministicMkldnn() + " " + context.deterministicCuDNN()
                    + " "
                    + context.allowTF32CuDNN() + " " + context.allowTF32CuBLAS() + " "
                    + System.getProperty("org.bytedeco.javacpp.maxPhysicalBytes");
        }

        public static void main(String[] arguments) {
            TorchLibrary.load();
            torch.set_num_threads(3);
            openblas_nolapack.blas_set_num_threads(2);
            String before = settings();
            TorchBackend first = TorchBackend.open("cpu", 1);
            TorchBackend second = TorchBackend.open("cpu", 2);
            compute(first);
            compute(second);
            first.close();
            first.close();
            String between = settings();
            second.close();
            System.out.println(before + "; " + between + "; " + settings());
        }
    }

    @Test
    void theHostsSettingsComeBackWhenTheLastBackendIsClosed() throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                Host.class.getName())
                .redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said.lines().toList().getLast())
                .isEqualTo(
                        "3 2 false false true false null; 2 2 true true false false null; 3 2 false false true false null");
    }
}
