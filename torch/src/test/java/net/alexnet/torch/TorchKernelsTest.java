package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import net.alexnet.tensor.ComputeEnvironment;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.LocalResponseNorm.Region;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Rounding;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;
import net.alexnet.torch.kernel.FastConvolution;
import net.alexnet.torch.kernel.Kernels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// That the kernels are in use where they should be: a result alone does not tell.
class TorchKernelsTest {
    private final TorchKernels kernels = open();

    /// Where a machine has no wide vectors, there is nothing to look at.
    private static TorchKernels open() {
        assumeTrue(Kernels.missing().isEmpty());
        NativeLoader.await();
        TorchLibrary.load();
        return new TorchKernels(TorchDevice.find("cpu"), 2, Precision.FLOAT32, new BlockAllocator());
    }

    /// §3.5 of the paper; one picture as when one is classified, and a batch.
    @ParameterizedTest
    @CsvSource({"3,224,96,11,4,0,1", "96,27,256,5,1,2,2", "256,13,384,3,1,1,1", "384,13,384,3,1,1,2",
        "384,13,256,3,1,1,2"})
    void ourKernelsComputeThePapersConvolutions(int channels, int side, int filters, int kernel, int stride,
            int padding,
            int groups) {
        Window window = new Window(kernel, stride, padding, Rounding.CEIL);
        for (int batch : new int[] {1, 128}) {
            var layer = kernels.convolution(Shape.of(batch, channels, side, side),
                    Shape.of(filters, channels / groups, kernel, kernel), window, groups);
            assertThat(layer).isPresent();
            // no picture has a gradient, and conv1 stands on pictures
            assertThat(layer.map(FastConvolution::hasInputGradient)).contains(stride == 1);
        }
    }

    /// Too few channels, no such kernel, a stride that divides nothing: transforms would cost more than they save.
    @ParameterizedTest
    @CsvSource({"3,32,64,3,1,1,1", "64,32,8,3,1,1,1", "64,32,64,1,1,0,1", "64,32,64,7,1,3,1", "64,2,64,3,1,1,1",
        "3,32,64,5,2,2,1"})
    void libtorchComputesOtherConvolutions(int channels, int side, int filters, int kernel, int stride, int padding,
            int groups) {
        assertThat(kernels.convolution(Shape.of(4, channels, side, side),
                Shape.of(filters, channels / groups, kernel, kernel), Window.of(kernel, stride, padding), groups))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {96, 256})
    void ourKernelComputesThePapersNorm(int channels) {
        assertThat(kernels.all().orElseThrow()
                .responseNorm(new LocalResponseNorm(Region.ACROSS_CHANNELS, 5, 2, 1e-4, .75, 2), channels))
                .isPresent();
    }

    @Test
    void lastDigitsDependOnTheKernelsRevisionAndThePrecision() {
        try (TorchBackend whole = TorchBackend.open("cpu", 2);
                TorchBackend rounded = TorchBackend.open("cpu", 2, Precision.BFLOAT16)) {
            assertThat(whole.computeEnvironment().instructions()).contains("revision " + ComputeEnvironment.REVISION);
            assertThat(whole.computeEnvironment().changes(rounded.computeEnvironment())).singleElement().asString()
                    .contains("bfloat16");
        }
    }

    @Test
    void libtorchComputesOtherNorms() {
        assertThat(kernels.all().orElseThrow()
                .responseNorm(new LocalResponseNorm(Region.ACROSS_CHANNELS, 3, 2, 1e-4, .75, 1), 96))
                .isEmpty();
        assertThat(kernels.all().orElseThrow()
                .responseNorm(new LocalResponseNorm(Region.WITHIN_CHANNEL, 5, 2, 1e-4, .75, 1), 96))
                .isEmpty();
    }

    @Test
    void blocksOfPixelsAreForAFirstLayerInBfloat16() {
        Shape pictures = Shape.of(2, 3, 27, 27);
        Window window = Window.of(11, 4, 0);
        TorchKernels rounding = new TorchKernels(TorchDevice.find("cpu"), 2, Precision.BFLOAT16, new BlockAllocator());
        assertThat(rounding.spaceToDepth(pictures, window, 1)).isPresent();
        assertThat(rounding.spaceToDepth(Shape.of(2, 4, 27, 27), window, 2)).isEmpty();
        assertThat(rounding.spaceToDepth(Shape.of(2, 5, 27, 27), window, 1)).isEmpty();
        assertThat(rounding.spaceToDepth(pictures, Window.of(3, 1, 1), 1)).isEmpty();
        assertThat(rounding.spaceToDepth(pictures, Window.of(2, 2, 0), 1)).isEmpty();
        assertThat(kernels.spaceToDepth(pictures, window, 1)).isEmpty();
    }
}
