package net.alexnet.torch.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import module java.base;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Initialization;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A picture's answer has the same bits alone and among others, with one thread and three, with vectors and without.
class OneAnswerTest {
    private static final int PICTURES = 37; // more than the rows that a product takes at once

    static Stream<AlexNet> networks() {
        return Stream.of(
                AlexNet.paper().withSize(127, 3, .25).withClasses(7),
                AlexNet.of(Variant.TORCHVISION).withSize(127, 3, .25).withClasses(5),
                AlexNet.of(Variant.CAFFENET).withSize(115, 3, .25).withClasses(130),
                AlexNet.small().withSize(28, 3, .25),
                AlexNet.small().withSize(28, 1, .125),
                AlexNet.of(Variant.FOUR));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void doesNotDependOnTheBatchTheThreadsOrTheVectors(AlexNet table) {
        float[] pixels = pixels(table, PICTURES);
        float[] all = probabilities(table, KernelBackend.openPlain(1), pixels, PICTURES);
        assertThat(all).doesNotContain(Float.NaN);
        assertThat(probabilities(table, KernelBackend.openPlain(3), pixels, 5)).containsExactly(start(all, 5));
        assertThat(probabilities(table, KernelBackend.openPlain(2), pixels, 1)).containsExactly(start(all, 1));
        assumeTrue(Kernels.missing().isEmpty());
        assertThat(probabilities(table, KernelBackend.open(1), pixels, 1)).containsExactly(start(all, 1));
        assertThat(probabilities(table, KernelBackend.open(2), pixels, 6)).containsExactly(start(all, 6));
        assertThat(probabilities(table, KernelBackend.open(3), pixels, PICTURES)).containsExactly(all);
    }

    /// Prints hashes of probabilities, computed with vectors of the length that the JVM was started with.
    static final class Hashing {
        private Hashing() {}

        public static void main(String[] arguments) {
            networks().forEach(table -> System.out.println(
                    Arrays.hashCode(probabilities(table, KernelBackend.open(2), pixels(table, PICTURES), 7))));
            for (int rows : new int[] {1, 7}) {
                WeightPanelsTest.kinds().forEach(kind -> System.out.println(Arrays.hashCode(WeightPanelsTest.product(
                        KernelBackend.open(2), WeightPanelsTest.weight(kind, 130), 130, rows))));
            }
        }
    }

    @Test
    void shortVectorsGiveTheBitsOfLongOnes() throws Exception {
        assumeTrue(Kernels.missing().isEmpty() && System.getProperty("os.arch").equals("amd64"));
        List<String> hashes = new ArrayList<>();
        for (String length : List.of("-XX:UseAVX=2", "-XX:UseAVX=3")) {
            Process process = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), length, "-Xmx1g",
                    "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-cp",
                    System.getProperty("java.class.path"), Hashing.class.getName())
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            hashes.add(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            assertThat(process.waitFor()).isZero();
        }
        assertThat(hashes.getFirst().lines().filter(line -> line.matches("-?\\d+")))
                .hasSize((int) networks().count() + 2 * (int) WeightPanelsTest.kinds().count());
        assertThat(hashes.getFirst().lines().filter(line -> line.matches("-?\\d+")).toList())
                .isEqualTo(hashes.getLast().lines().filter(line -> line.matches("-?\\d+")).toList());
    }

    private static float[] start(float[] all, int pictures) {
        return Arrays.copyOf(all, all.length / PICTURES * pictures);
    }

    private static float[] probabilities(AlexNet table, Backend backend, float[] pixels, int pictures) {
        try (backend; Scope _ = backend.scope()) {
            Network network = Network.initialize(table.architecture(), Initialization.HE, 3, backend);
            var in = table.architecture().input();
            return backend.download(network.probabilities(backend.uploadImages(MemorySegment.ofArray(pixels),
                    pictures, in.dim(1), in.dim(2), in.dim(0))));
        }
    }

    private static float[] pixels(AlexNet table, int pictures) {
        var random = new SplittableRandom(5);
        float[] pixels = new float[(int) (pictures * table.architecture().input().elements())];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        return pixels;
    }
}
