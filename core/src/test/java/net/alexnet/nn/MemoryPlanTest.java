package net.alexnet.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.nn.Layer.Dense;
import net.alexnet.nn.Layer.Dropout;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.nn.Layer.Flatten;
import net.alexnet.nn.Layer.MaxPool;
import net.alexnet.nn.Layer.Relu;
import net.alexnet.nn.Layer.Softmax;
import net.alexnet.tensor.EngineMemory;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Rounding;
import net.alexnet.tensor.Window;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
    /// 2 × 8 × 8 → 4 × 4 × 4, the last windows hanging over by 1 → 4 × 2 × 2 → 16 → 5.
    private static final Architecture TINY = Architecture.of("tiny", 2, 8, List.of(
            new Conv("conv1", 4, new Window(3, 2, 0, Rounding.CEIL), 1),
            new Relu(),
            new MaxPool(Window.of(2, 2, 0)),
            new Flatten(),
            new Dropout(0.5, DropoutScaling.AT_TEST),
            new Dense("fc6", 5),
            new Softmax()));

    @Test
    void countsByHand() {
        MemoryPlan plan = MemoryPlan.of(TINY, 3, 4, 2, EngineMemory.NONE);
        long parameters = 4 * (4 * 2 * 9 + 4 + 16 * 5 + 5);
        assertThat(plan.parameters()).isEqualTo(parameters);
        assertThat(plan.gradients()).isEqualTo(parameters);
        assertThat(plan.momentum()).isEqualTo(parameters);
        assertThat(plan.input()).isEqualTo(4 * 3 * 4 * 128);
        // conv1 with its ReLU, pool1, flatten, dropout and its mask, fc6, softmax.
        assertThat(plan.activations()).isEqualTo(3 * 4 * (64 + 16 + 16 + 16 + 16 + 5 + 5));
        // The backward pass peaks at pool1: 64 + 16 written so far, and the gradients on both its sides, 16 + 64, of which the
        // latter goes through relu1 at once: 22 floats more than all activations together.
        assertThat(plan.workspace()).isEqualTo(3 * 4 * (64 + 16 + 16 + 64 - 138));
        assertThat(plan.total()).isEqualTo(3 * parameters + plan.input() + plan.activations() + plan.workspace());
    }

    @Test
    void activationsGrowWithTheBatchAndParametersDoNot() {
        MemoryPlan one = MemoryPlan.of(AlexNet.paper().architecture(), 1, 1, 1, EngineMemory.NONE);
        MemoryPlan many = MemoryPlan.of(AlexNet.paper().architecture(), 128, 1, 1, EngineMemory.NONE);
        assertThat(many.parameters()).isEqualTo(one.parameters()).isEqualTo(4 * 60_965_224L);
        assertThat(many.activations()).isEqualTo(128 * one.activations());
        assertThat(many.workspace()).isEqualTo(128 * one.workspace());
    }

    /// The sums of the gradients are a set as large as the parameters; beside them is the gradient of one layer, at most fc6's.
    @Test
    void aMicroBatchBoundsAllThatGrowsWithTheBatch() {
        Architecture paper = AlexNet.paper().architecture();
        MemoryPlan small = MemoryPlan.of(paper, 128, 4, 2, EngineMemory.NONE);
        MemoryPlan large = MemoryPlan.of(paper, 4096, 128, 4, 2, EngineMemory.NONE);
        assertThat(large.gradients()).isEqualTo(small.gradients() + 4 * (9216L * 4096 + 4096));
        assertThat(large.total()).isEqualTo(small.total() + 4 * (9216L * 4096 + 4096));
        assertThat(large).isEqualTo(MemoryPlan.of(paper, 129, 128, 4, 2, EngineMemory.NONE));
        assertThat(MemoryPlan.of(paper, 128, 128, 4, 2, EngineMemory.NONE)).isEqualTo(small);
        assertThatIllegalArgumentException().isThrownBy(() -> MemoryPlan.of(paper, 4, 5, 1, 1, EngineMemory.NONE))
                .withMessageContainingAll("4 images", "5");
    }

    @Test
    void sumsBeyond2GiBDoNotOverflow() {
        MemoryPlan plan = MemoryPlan.of(AlexNet.paper().architecture(), 100_000, 1, 1, EngineMemory.NONE);
        assertThat(plan.activations()).isGreaterThan(1L << 36);
        assertThat(plan.workspace()).isGreaterThan(1L << 33);
    }

    @Test
    void anEmptyBatchIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> MemoryPlan.of(TINY, 0, 1, 1, EngineMemory.NONE))
                .withMessageContaining("found 0, 1 and 1");
        assertThatIllegalArgumentException().isThrownBy(() -> MemoryPlan.of(TINY, 1, 0, 1, EngineMemory.NONE))
                .withMessageContaining("found 1, 0 and 1");
    }

    /// Maps and gradients take half, sums of micro-batches do not, and pictures and parameters are there in both precisions.
    @Test
    void bfloat16HalvesMapsAndGradients() {
        EngineMemory half = new EngineMemory() {
            @Override
            public Precision precision() {
                return Precision.BFLOAT16;
            }
        };
        Architecture paper = AlexNet.paper().architecture();
        MemoryPlan exact = MemoryPlan.of(paper, 128, 4, 2, EngineMemory.NONE);
        MemoryPlan rounded = MemoryPlan.of(paper, 128, 4, 2, half);
        assertThat(rounded.parameters()).isEqualTo(exact.parameters());
        assertThat(rounded.momentum()).isEqualTo(exact.momentum());
        assertThat(rounded.gradients()).isEqualTo(exact.gradients() / 2);
        assertThat(rounded.activations()).isLessThan(exact.activations() * 52 / 100).isGreaterThan(
                exact.activations() / 2);
        MemoryPlan cut = MemoryPlan.of(paper, 4096, 128, 4, 2, half);
        long largest = 4096 * (9216 + 1);
        assertThat(cut.gradients()).isEqualTo(exact.gradients() + 2 * largest);
    }
}
