package net.alexnet.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Variant;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitectureInferenceTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "PAPER, 224, 3, 0.001, 2, 5", "PAPER, 224, 3, 0.1, 1, 7", "ORIGINAL, 224, 3, 0.13, 2, 2",
        "CAFFE, 227, 3, 0.05, 2, 3", "CAFFENET, 227, 1, 0.07, 2, 4", "TORCHVISION, 224, 3, 0.03, 1, 6",
        "TORCHVISION, 63, 3, 0.001, 1, 1000", "SMALL, 32, 3, 0.26, 2, 10", "SMALL, 28, 1, 0.125, 2, 10"})
    void theShapesGiveTheNetworkBack(Variant table, int input, int channels, double width, int towers, int classes)
            throws Exception {
        AlexNet network = AlexNet.of(table).withSize(input, channels, width).withTowers(towers).withClasses(classes);
        Path file = ForeignFiles.write(folder.resolve("net.safetensors"), network, WeightLayout.PAPER, _ -> {});
        try (WeightFile weights = SafetensorsFile.open(file)) {
            AlexNet guessed = new ArchitectureInference(new RenamedWeights(weights, WeightLayout.PAPER))
                    .network(table, Optional.empty());
            assertThat(ArchitectureInference.weighted(guessed.architecture()).map(row -> row.weightShape()))
                    .isEqualTo(ArchitectureInference.weighted(network.architecture()).map(row -> row.weightShape())
                            .toList());
            assertThat(guessed.input()).isLessThanOrEqualTo(AlexNet.of(table).input());
        }
    }
}
