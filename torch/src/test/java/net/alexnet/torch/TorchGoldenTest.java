package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.GoldenContract;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.tensor.Precision;
import net.alexnet.torch.kernel.FastConvolution;
import net.alexnet.torch.kernel.Kernels;
import org.junit.jupiter.api.Test;

class TorchGoldenTest extends GoldenContract {
    TorchGoldenTest() {
        super(TorchBackend.open("cpu", 2));
    }

    /// Results alone do not tell.
    @Test
    void ourKernelsComputeTheWideNetworksConvolutions() {
        assumeTrue(Kernels.missing().isEmpty());
        TorchKernels kernels = new TorchKernels(TorchDevice.find("cpu"), 2, Precision.FLOAT32, new BlockAllocator());
        for (Row row : wide().rows()) {
            if (row.layer() instanceof Conv conv) {
                var layer = kernels.convolution(row.in().batch(3), row.weightShape(), conv.window(), conv.groups());
                assertThat(layer.map(FastConvolution::hasInputGradient)).as(row.name())
                        .contains(conv.window().stride() == 1);
            }
        }
    }
}
