package net.alexnet.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import net.alexnet.exchange.Dialect.Conventions;
import net.alexnet.net.AlexNet;
import net.alexnet.net.Architecture.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DialectTest {
    @ParameterizedTest
    @EnumSource(Dialect.class)
    void namesEveryParameterOfItsTableAndBack(Dialect dialect) {
        List<String> parameters = new ArrayList<>();
        for (Row row : NetworkFit.weighted(AlexNet.of(dialect.table()).architecture()).toList()) {
            parameters.add(row.name() + ".weight");
            parameters.add(row.name() + ".bias");
        }
        assertThat(dialect.parameters()).isEqualTo(parameters);
        assertThat(parameters).allSatisfy(
                name -> assertThat(dialect.ours(dialect.theirs(name))).contains(name));
        assertThat(dialect.ours("conv6.weight")).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> dialect.theirs("conv6.weight"))
                .withMessageContaining("conv6.weight");
        assertThat(Dialect.of(dialect.key())).contains(dialect);
    }

    @Test
    void theNamesAreThoseThatTheFilesHave() {
        assertThat(Dialect.TORCHVISION.theirs("conv5.weight")).isEqualTo("features.10.weight");
        assertThat(Dialect.TORCHVISION.theirs("fc6.bias")).isEqualTo("classifier.1.bias");
        assertThat(Dialect.TORCHVISION.theirs("fc8.weight")).isEqualTo("classifier.6.weight");
        assertThat(Dialect.CAFFE.theirs("fc8.weight")).isEqualTo("fc8.weight");
        assertThat(Dialect.ONNX_ZOO.theirs("conv1.weight")).isEqualTo("conv1_w_0");
        assertThat(Dialect.ONNX_ZOO.theirs("fc8.bias")).isEqualTo("fc8_b_0");
    }

    @Test
    void isToldByNamesAsFarAsTheyTell() {
        List<String> zoo = new ArrayList<>(
                Dialect.ONNX_ZOO.parameters().stream().map(Dialect.ONNX_ZOO::theirs).toList());
        assertThat(Dialect.of(zoo)).containsExactly(Dialect.ONNX_ZOO);
        assertThat(Dialect.of(zoo)).containsExactly(Dialect.ONNX_ZOO);
        zoo.add("surplus");
        assertThat(Dialect.of(zoo)).isEmpty();
        assertThat(Dialect.of(Dialect.PAPER.parameters()))
                .containsExactly(Dialect.PAPER, Dialect.CAFFE, Dialect.CAFFENET);
    }

    /// The constants of torchvision's `ImageClassification`, in units of 0..255.
    @Test
    void torchvisionsPicturesAreScaledByEachChannelsDeviation() {
        Conventions conventions = Dialect.TORCHVISION.conventions().orElseThrow();
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
