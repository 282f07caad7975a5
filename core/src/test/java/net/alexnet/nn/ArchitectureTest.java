package net.alexnet.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.nn.Layer.Dense;
import net.alexnet.nn.Layer.Dropout;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.nn.Layer.Flatten;
import net.alexnet.nn.Layer.MaxPool;
import net.alexnet.nn.Layer.Relu;
import net.alexnet.nn.Layer.ResponseNorm;
import net.alexnet.nn.Layer.Softmax;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.LocalResponseNorm.Region;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchitectureTest {
    @Test
    void shapesFollowFromLayerToLayer() {
        Architecture architecture = of(3, 9,
                new Conv("conv1", 6, Window.of(3, 2, 1), 3), new Relu(), new MaxPool(Window.of(2, 2, 0)), new Flatten(),
                new Dense("fc6", 5), new Softmax());
        assertThat(architecture.rows()).extracting(row -> row.out().toString())
                .containsExactly("6 × 5 × 5", "6 × 5 × 5", "6 × 2 × 2", "24", "5", "5");
        assertThat(architecture.rows().getFirst().weightShape()).isEqualTo(Shape.of(6, 1, 3, 3));
        assertThat(architecture.parameters()).isEqualTo(6 * 9 + 6 + 24 * 5 + 5);
        assertThat(architecture.multiplyAdds()).isEqualTo(6 * 9 * 25 + 24 * 5);
    }

    @Test
    void layersWithoutWeightsHaveNoWeightShape() {
        Architecture architecture = of(1, 4, new Relu(), new Flatten(), new Softmax());
        assertThatIllegalStateException().isThrownBy(() -> architecture.rows().getFirst().weightShape())
                .withMessageContaining("relu0");
    }

    @Test
    void layersThatDoNotFitAreNamed() {
        fails(new Conv("conv1", 6, Window.of(3, 1, 0), 2), "conv1", "2 groups", "3 input channels");
        fails(new Conv("conv1", 8, Window.of(3, 1, 0), 3), "conv1", "3 groups", "8 filters");
        fails(new Dense("fc6", 5), "fc6", "3 × 9 × 9", "flatten");
        fails(new ResponseNorm(new LocalResponseNorm(Region.ACROSS_CHANNELS, 5, 2, 1e-4, 0.75, 2)), "norm0", "2 groups",
                "3 channels");
        fails(new MaxPool(Window.of(11, 2, 0)), "pool0", "11×11", "1 + floor((9 + 2·0 − 11) / 2) = 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(3, 9, new Flatten(), new MaxPool(Window.of(3, 2, 0)), new Softmax()))
                .withMessageContainingAll("pool0", "243");
    }

    @Test
    void theLastLayerIsSoftmax() {
        assertThatIllegalArgumentException().isThrownBy(() -> of(1, 4)).withMessageContaining("softmax");
        assertThatIllegalArgumentException().isThrownBy(() -> of(1, 4, new Flatten())).withMessageContaining("softmax");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1, Double.NaN})
    void aDropoutRateIsAProbabilityBelow1(double rate) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Dropout(rate, DropoutScaling.AT_TEST))
                .withMessageContaining("found " + rate);
    }

    @Test
    void aLayerWithoutUnitsIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Conv("conv1", 0, Window.of(3, 1, 0), 1))
                .withMessageContainingAll("conv1", "0 filters");
        assertThatIllegalArgumentException().isThrownBy(() -> new Conv("conv1", 8, Window.of(3, 1, 0), 0))
                .withMessageContainingAll("conv1", "0 groups");
        assertThatIllegalArgumentException().isThrownBy(() -> new Dense("fc6", 0)).withMessageContaining("fc6");
    }

    private static void fails(Layer layer, String... parts) {
        assertThatIllegalArgumentException().isThrownBy(() -> of(3, 9, layer, new Softmax()))
                .withMessageContainingAll(parts);
    }

    private static Architecture of(int channels, int side, Layer... layers) {
        return Architecture.of("test", channels, side, List.of(layers));
    }
}
