package net.alexnet.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.TestImages;
import net.alexnet.inference.Model;
import net.alexnet.nn.Parameter;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class OcclusionTest {
    private static final int SEEN = 8;
    private static final List<Integer> BLOCK = List.of(3 * SEEN + 3, 3 * SEEN + 4, 4 * SEEN + 3, 4 * SEEN + 4);

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();

    /// A network that hands the brightest pixel on to class 0: each layer's first unit reads the first one before it.
    private Model brightest() {
        Model model = TinyModels.of(1, 1, backend);
        for (Parameter parameter : model.network().parameters()) {
            float[] values = new float[Math.toIntExact(parameter.value().shape().elements())];
            if (!parameter.bias()) {
                boolean convolution = parameter.value().shape().rank() == 4;
                int kernel = convolution ? parameter.value().shape().dim(2) : 0;
                values[convolution ? kernel / 2 * kernel + kernel / 2 : 0] = parameter.layer().equals("fc8") ? 50 : 1;
            }
            backend.assign(parameter.value(), values);
        }
        return model;
    }

    /// Black, with four white pixels in the middle.
    private static Picture blockOfWhite(OptionalInt label) {
        byte[] samples = new byte[12 * 12];
        BLOCK.forEach(pixel -> samples[(pixel / SEEN + 2) * 12 + pixel % SEEN + 2] = (byte) 255);
        return new Picture("block.png", label, new Image(12, 12, 1, samples));
    }

    @Test
    void theOnlyBlockThatMattersIsFound() {
        Occlusion found = Occlusion.of(brightest(), blockOfWhite(OptionalInt.empty()), new Occlusion.Square(3, 1));

        assertThat(found.label()).isZero();
        assertThat(found.whole()).isGreaterThan(.9);
        assertThat(found.view().width()).isEqualTo(SEEN);
        double least = found.map()[BLOCK.getFirst()];
        assertThat(IntStream.range(0, SEEN * SEEN).filter(i -> found.map()[i] < least + 1e-9).boxed())
                .containsExactlyInAnyOrderElementsOf(BLOCK);
        double covered = 1 / 3.0; // without any signal, the three classes are equally probable
        assertThat(least).as("four of nine squares cover the block")
                .isCloseTo((4 * covered + 5 * found.whole()) / 9, within(1e-6));
        assertThat(found.map()[0]).isCloseTo(found.whole(), within(1e-6));
    }

    @Test
    void theTrueClassIsAskedForWhereItIsKnown() {
        Occlusion found = Occlusion.of(brightest(), blockOfWhite(OptionalInt.of(2)), new Occlusion.Square(3, 1));

        assertThat(found.label()).isEqualTo(2);
        assertThat(found.whole()).isLessThan(.05);
        assertThat(found.map()[BLOCK.getFirst()]).as("covering the block helps the others")
                .isGreaterThan(found.whole());
    }

    @Test
    void theHeatMapIsRedAtTheBlockAndBlueElsewhere() {
        Occlusion found = Occlusion.of(brightest(), blockOfWhite(OptionalInt.empty()), new Occlusion.Square(3, 1));

        Image heat = OcclusionFigure.heat(found, found.map()[BLOCK.getFirst()], found.whole());

        assertThat(TestImages.sample(heat, 3, 3, 0)).isGreaterThan(TestImages.sample(heat, 3, 3, 2) + 50);
        assertThat(TestImages.sample(heat, 0, 0, 2)).isGreaterThan(TestImages.sample(heat, 0, 0, 0) + 50);
    }

    @Test
    void theSquareReachesEveryEdge() {
        assertThat(new Occlusion.Square(3, 2).places(8)).containsExactly(0, 2, 4, 5);
        assertThat(new Occlusion.Square(4, 4).places(8)).containsExactly(0, 4);
        assertThat(new Occlusion.Square(8, 1).places(8)).containsExactly(0);
    }

    @Test
    void squaresThatLeavePixelsOutAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Occlusion.Square(3, 4)).withMessageContaining("4");
        assertThatIllegalArgumentException().isThrownBy(() -> new Occlusion.Square(0, 1)).withMessageContaining("0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Occlusion.of(brightest(), blockOfWhite(OptionalInt.empty()),
                        new Occlusion.Square(9, 1)))
                .withMessageContaining("9").withMessageContaining("8 × 8");
    }
}
