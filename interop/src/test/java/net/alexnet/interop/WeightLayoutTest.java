package net.alexnet.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import net.alexnet.interop.WeightLayout.Conventions;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightLayoutTest {
    @ParameterizedTest
    @EnumSource(WeightLayout.class)
    void namesEveryParameterOfItsTableAndBack(WeightLayout layout) {
        List<String> parameters = new ArrayList<>();
        for (Row row : ArchitectureInference.weighted(AlexNet.of(layout.variant()).architecture()).toList()) {
            parameters.add(row.name() + ".weight");
            parameters.add(row.name() + ".bias");
        }
        assertThat(layout.parameters()).isEqualTo(parameters);
        assertThat(parameters).allSatisfy(
                name -> assertThat(layout.ours(layout.theirs(name))).contains(name));
        assertThat(layout.ours("conv6.weight")).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> layout.theirs("conv6.weight"))
                .withMessageContaining("conv6.weight");
        assertThat(WeightLayout.of(layout.key())).contains(layout);
    }

    @Test
    void theNamesAreThoseThatTheFilesHave() {
        assertThat(WeightLayout.TORCHVISION.theirs("conv5.weight")).isEqualTo("features.10.weight");
        assertThat(WeightLayout.TORCHVISION.theirs("fc6.bias")).isEqualTo("classifier.1.bias");
        assertThat(WeightLayout.TORCHVISION.theirs("fc8.weight")).isEqualTo("classifier.6.weight");
        assertThat(WeightLayout.CAFFE.theirs("fc8.weight")).isEqualTo("fc8.weight");
        assertThat(WeightLayout.ONNX_ZOO.theirs("conv1.weight")).isEqualTo("conv1_w_0");
        assertThat(WeightLayout.ONNX_ZOO.theirs("fc8.bias")).isEqualTo("fc8_b_0");
    }

    @Test
    void isToldByNamesAsFarAsTheyTell() {
        List<String> zoo = new ArrayList<>(
                WeightLayout.ONNX_ZOO.parameters().stream().map(WeightLayout.ONNX_ZOO::theirs).toList());
        assertThat(WeightLayout.of(zoo)).containsExactly(WeightLayout.ONNX_ZOO);
        assertThat(WeightLayout.of(zoo)).containsExactly(WeightLayout.ONNX_ZOO);
        zoo.add("surplus");
        assertThat(WeightLayout.of(zoo)).isEmpty();
        assertThat(WeightLayout.of(WeightLayout.PAPER.parameters()))
                .containsExactly(WeightLayout.PAPER, WeightLayout.CAFFE, WeightLayout.CAFFENET);
    }

    /// The constants of torchvision's `ImageClassification`, in units of 0..255.
    @Test
    void torchvisionsPicturesAreScaledByEachChannelsDeviation() {
        Conventions conventions = WeightLayout.TORCHVISION.conventions().orElseThrow();
        double[] mean = {0.485, 0.456, 0.406};
        double[] std = {0.229, 0.224, 0.225};
        for (int c = 0; c < 3; c++) {
            for (int sample : new int[] {0, 17, 255}) {
                double ours = (sample - conventions.mean().get(c)) * conventions.scale().get(c);
                assertThat(ours).isCloseTo((sample / 255.0 - mean[c]) / std[c], within(1e-12));
            }
        }
    }
}
