package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Shape;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BlockAllocatorTest {
    private static final Shape LARGE = Shape.of(4, 16, 64, 65);

    private final BlockAllocator blocks = new BlockAllocator();
    private final PointerScope scope = new PointerScope();
    private final TensorOptions floats = new TensorOptions().dtype(new ScalarTypeOptional(ScalarType.Float));
    private final TensorOptions halves = new TensorOptions().dtype(new ScalarTypeOptional(ScalarType.BFloat16));

    @BeforeEach
    void isLarge() {
        assertThat(LARGE.elements()).isGreaterThan(BlockAllocator.LARGE);
    }

    @AfterEach
    void close() {
        blocks.clear();
        scope.close();
    }

    @Test
    void largeTensorsHaveTheUsualLayout() {
        Tensor maps = blocks.empty(LARGE, floats);
        assertThat(Layout.shape(maps)).isEqualTo(LARGE);
        assertThat(Layout.isOrdered(maps)).isTrue();
        Tensor rows = blocks.empty(Shape.of(512, 1024), floats);
        assertThat(Layout.shape(rows)).isEqualTo(Shape.of(512, 1024));
        assertThat(Layout.isOrdered(rows)).isTrue();
    }

    @Test
    void memoryInUseIsNotUsedAgain() {
        Tensor first = blocks.empty(LARGE, floats);
        assertThat(address(blocks.empty(LARGE, floats))).isNotEqualTo(address(first));
    }

    @Test
    void freedMemoryIsUsedAgain() {
        Tensor first = blocks.empty(LARGE, floats);
        Tensor second = blocks.empty(LARGE, floats);
        blocks.giveBack(first);
        assertThat(address(blocks.empty(Shape.of(8, 16, 64, 65), floats))).as("too large")
                .isGreaterThan(address(second));
        Tensor small = blocks.empty(Shape.of(4, 16, 64, 64), floats);
        assertThat(address(small)).as("the lowest hole's upper end")
                .isEqualTo(address(first) + Float.BYTES * (first.numel() - small.numel()));
    }

    @Test
    void adjacentFreePlacesAreJoined() {
        for (int[] order : new int[][] {{0, 1, 2}, {2, 1, 0}, {0, 2, 1}, {1, 0, 2}}) {
            Tensor[] three = {blocks.empty(LARGE, floats), blocks.empty(LARGE, floats), blocks.empty(LARGE, floats)};
            Tensor above = blocks.empty(LARGE, floats);
            for (int which : order) {
                blocks.giveBack(three[which]);
            }
            Tensor large = blocks.empty(Shape.of(12, 16, 64, 65), floats);
            assertThat(address(large)).isEqualTo(address(three[0])).isLessThan(address(above));
            blocks.giveBack(large);
            blocks.giveBack(above);
        }
    }

    /// Whatever is taken and given back in whatever order: no two tensors in use share a value.
    @Test
    void tensorsInUseDoNotOverlap() {
        Random random = new Random(1);
        List<Tensor> inUse = new ArrayList<>();
        for (int round = 0; round < 500; round++) {
            if (inUse.size() < 12 && random.nextInt(3) > 0) {
                long values = 2 * BlockAllocator.LARGE + random.nextInt(1 << 20);
                inUse.add(blocks.empty(Shape.of((int) values), random.nextBoolean() ? floats : halves));
            } else if (!inUse.isEmpty()) {
                blocks.giveBack(inUse.remove(random.nextInt(inUse.size())));
            }
            List<Tensor> sorted = inUse.stream().sorted(Comparator.comparingLong(BlockAllocatorTest::address)).toList();
            for (int i = 1; i < sorted.size(); i++) {
                Tensor below = sorted.get(i - 1);
                assertThat(address(below) + below.element_size() * below.numel())
                        .isLessThanOrEqualTo(address(sorted.get(i)));
            }
        }
    }

    @Test
    void aTensorLargerThanAChunkGetsItsOwn() {
        Tensor huge = blocks.empty(Shape.of((1 << 28) + 1), floats); // addresses: nothing is written there
        assertThat(huge.numel()).isEqualTo((1 << 28) + 1);
        blocks.giveBack(huge);
        assertThat(address(blocks.empty(LARGE, floats))).isEqualTo(address(huge));
    }

    /// As under `ulimit -v`: what is there for chunks is less than one of the usual size.
    @Test
    void withoutRoomForAChunkATensorIsPlacedAlone() {
        long[] left = {3 * LARGE.elements()};
        List<Long> asked = new ArrayList<>();
        BlockAllocator few = new BlockAllocator((values, options) -> {
            asked.add(values);
            if (values > left[0]) {
                throw new IllegalStateException("can't allocate memory: you tried to allocate " + values);
            }
            left[0] -= values;
            return Layout.empty(Shape.of((int) values), options);
        });
        Tensor first = few.empty(LARGE, floats);
        Tensor second = few.empty(LARGE, floats);
        assertThat(address(first)).isNotEqualTo(address(second));
        few.giveBack(first);
        assertThat(address(few.empty(LARGE, floats))).isEqualTo(address(first));
        assertThatThrownBy(() -> few.empty(Shape.of(8, 16, 64, 65), floats)).isInstanceOf(IllegalStateException.class)
                .as("the allocator's own word on what was needed")
                .hasMessageEndingWith("you tried to allocate " + asked.getLast());
        assertThat(asked.getLast()).isBetween(2 * LARGE.elements(), 2 * LARGE.elements() + 1024);
        few.giveBack(second);
        few.clear();
    }

    @Test
    void aFailedWriterLeavesNoMemoryInUse() {
        Tensor first = blocks.empty(LARGE, floats);
        blocks.giveBack(first);
        assertThatThrownBy(() -> blocks.filled(LARGE, floats, _ -> {
            throw new OutOfMemoryError("on purpose");
        })).isInstanceOf(OutOfMemoryError.class);
        assertThat(address(blocks.empty(LARGE, floats))).isEqualTo(address(first));
    }

    /// Batches of 4 and 5.
    @Test
    void aFailedDenseGradientLeavesNoMemoryInUse() {
        Tensor first = blocks.empty(LARGE, floats);
        blocks.giveBack(first);
        TorchMatMul products = new TorchMatMul(Precision.FLOAT32);
        assertThatThrownBy(() -> products.denseParameterGradients(
                Layout.empty(Shape.of(4, 512), floats), Layout.empty(Shape.of(5, 513), floats), blocks))
                .isInstanceOf(RuntimeException.class);
        assertThat(address(blocks.empty(LARGE, floats))).isEqualTo(address(first));
    }

    @Test
    void tensorsFromElsewhereAreIgnored() {
        Tensor other = Layout.empty(LARGE, floats);
        blocks.giveBack(other);
        assertThat(address(blocks.empty(LARGE, floats))).isNotEqualTo(address(other));
    }

    private static long address(Tensor tensor) {
        return tensor.data_ptr().address();
    }
}
