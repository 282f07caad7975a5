package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;

import net.alexnet.tensor.Shape;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TorchBlocksTest {
    private static final Shape LARGE = Shape.of(4, 16, 64, 65);

    private final TorchBlocks blocks = new TorchBlocks();
    private final PointerScope scope = new PointerScope();
    private final TensorOptions floats = new TensorOptions();

    @BeforeEach
    void isLarge() {
        assertThat(LARGE.elements()).isGreaterThan(TorchBlocks.LARGE);
    }

    @AfterEach
    void close() {
        blocks.clear();
        scope.close();
    }

    @Test
    void lieAsAllTensorsDo() {
        Tensor maps = blocks.empty(LARGE, floats);
        assertThat(Layout.shape(maps)).isEqualTo(LARGE);
        assertThat(Layout.isOrdered(maps)).isTrue();
        Tensor rows = blocks.empty(Shape.of(512, 1024), floats);
        assertThat(Layout.shape(rows)).isEqualTo(Shape.of(512, 1024));
        assertThat(Layout.isOrdered(rows)).isTrue();
    }

    @Test
    void whatIsInUseIsNotGivenAgain() {
        Tensor first = blocks.empty(LARGE, floats);
        assertThat(address(blocks.empty(LARGE, floats))).isNotEqualTo(address(first));
    }

    @Test
    void whatIsGivenBackServesTheNextOneOfItsSizeOrSmaller() {
        Tensor first = blocks.empty(LARGE, floats);
        Tensor second = blocks.empty(Shape.of(2, 1 << 20), floats);
        blocks.giveBack(first);
        blocks.giveBack(second);
        Tensor smaller = blocks.empty(Shape.of(4, 16, 64, 64), floats);
        assertThat(address(smaller)).as("the tightest block").isEqualTo(address(first));
        assertThat(Layout.shape(smaller)).isEqualTo(Shape.of(4, 16, 64, 64));
        blocks.giveBack(smaller);
        assertThat(address(blocks.empty(LARGE, floats))).as("the whole block again").isEqualTo(address(first));
    }

    @Test
    void aMuchSmallerTensorDoesNotHoldALargeBlock() {
        Tensor large = blocks.empty(Shape.of(1 << 21), floats);
        blocks.giveBack(large);
        assertThat(address(blocks.empty(Shape.of((1 << 19) - 1), floats))).isNotEqualTo(address(large));
    }

    @Test
    void tensorsOfOthersAreLeftAlone() {
        Tensor other = Layout.empty(LARGE, floats);
        blocks.giveBack(other);
        assertThat(address(blocks.empty(LARGE, floats))).isNotEqualTo(address(other));
    }

    private static long address(Tensor tensor) {
        return tensor.data_ptr().address();
    }
}
