package net.alexnet.torch.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Layer.ResponseNorm;
import net.alexnet.nn.MemoryPlan;
import net.alexnet.tensor.EngineMemory;
import net.alexnet.tensor.LocalResponseNorm;
import org.junit.jupiter.api.Test;

/// What the kernels add to a plan of the paper's network.
class KernelMemoryTest {
    private static final Architecture PAPER = AlexNet.paper().architecture();

    private static MemoryPlan plan(Architecture architecture, int batch, int threads) {
        return MemoryPlan.of(architecture, batch, 1, threads, new KernelMemory());
    }

    /// conv1 is a convolution of 3 × 3 over blocks of 16 · 3 channels, without a gradient by its input. The others have
    /// one. Every pair of channels has 49 points. The sums and tiles of conv3, the largest, come twice.
    @Test
    void preparedWeightsAndScratchByHand() {
        long pairs = 96 * 48 + 2 * (256 * 48 + 384 * 256 + 384 * 192 + 256 * 192);
        assertThat(plan(PAPER, 1, 1).workspace() - MemoryPlan.of(PAPER, 1, 1, 1, fusing()).workspace())
                .isEqualTo(4 * 49 * pairs + 2 * 4 * 49 * 256 * 384);
    }

    /// Fuses as the kernels do and needs nothing.
    private static EngineMemory fusing() {
        return new EngineMemory() {
            @Override
            public boolean fusesNormalizeMaxPool(LocalResponseNorm norm) {
                return norm.isPaperForm();
            }
        };
    }

    @Test
    void preparedWeightsDoNotGrowWithTheBatch() {
        assertThat(plan(PAPER, 128, 1).workspace()).isGreaterThan(plan(PAPER, 1, 1).workspace())
                .isLessThan(128 * plan(PAPER, 1, 1).workspace());
    }

    /// conv1's 55 rows of outputs are 11 rows of tiles, the most of all layers: on one image no more threads have work.
    @Test
    void threadsWithoutWorkNeedNoMemory() {
        assertThat(plan(PAPER, 1, 64)).isEqualTo(plan(PAPER, 1, 11));
        assertThat(plan(PAPER, 1, 2).workspace()).isLessThan(plan(PAPER, 1, 11).workspace());
    }

    /// Sums and tiles of conv3: 49 products of 256 × 384 pairs, twice.
    @Test
    void everyThreadHasItsOwnMemory() {
        assertThat(plan(PAPER, 1, 3).workspace() - plan(PAPER, 1, 1).workspace())
                .isEqualTo(2 * 4 * 2 * 49 * 256 * 384);
    }

    /// conv1 writes 55 × 55 × 96 values once; relu1 and norm1 write none.
    @Test
    void thePapersNormsAllocateNothing() {
        Architecture other = Architecture.of("other", 3, 224,
                PAPER.rows().stream().map(row -> row.layer() instanceof ResponseNorm
                        ? new ResponseNorm(
                                new LocalResponseNorm(LocalResponseNorm.Region.ACROSS_CHANNELS, 3, 2, 1e-4, .75, 2))
                        : row.layer()).toList());
        assertThat(plan(other, 1, 1).activations() - plan(PAPER, 1, 1).activations())
                .isEqualTo(4 * (55 * 55 * 96 + 27 * 27 * 256));
    }
}
