package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.WinogradTransform.POINTS;
import static net.alexnet.torch.kernel.WinogradTransform.PRODUCTS;

import java.util.List;
import net.alexnet.tensor.EngineMemory;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Precision;

/// The memory of the kernels of this package, without padding to whole vectors and small buffers. It works without the module
/// `jdk.incubator.vector`.
///
/// @param precision of maps; in bfloat16, libtorch multiplies
public record KernelMemory(Precision precision) implements EngineMemory {
    /// In float32.
    public KernelMemory() {
        this(Precision.FLOAT32);
    }

    /// Each point of a tile has a weight. The gradient by the input, which only convolutions of stride 1 have here, reads a
    /// second form.
    @Override
    public long prepared(Convolution convolution) {
        return Float.BYTES * PRODUCTS * pairs(convolution) * (convolution.window().stride() > 1 ? 1 : 2);
    }

    /// Each thread with work has sums of a weight's gradient, and as much for its tiles. Threads share the rows of tiles.
    @Override
    public long scratch(List<Convolution> convolutions, int batch, int threads) {
        List<Convolution> ours = convolutions.stream().filter(convolution -> pairs(convolution) > 0).toList();
        long busy = Math.min(threads, batch * ours.stream().mapToLong(KernelMemory::tileRows).max().orElse(0));
        return 2L * Float.BYTES * PRODUCTS * busy * ours.stream().mapToLong(this::pairs).max().orElse(0);
    }

    @Override
    public boolean fusesNormalizeMaxPool(LocalResponseNorm norm) {
        return norm.isPaperForm();
    }

    private static int taps(Convolution convolution) {
        return Math.ceilDiv(convolution.window().kernel(), convolution.window().stride());
    }

    private static long tileRows(Convolution convolution) {
        int outputs = convolution.window().outputs(convolution.x().dim(1));
        return Math.ceilDiv(outputs, POINTS + 1 - taps(convolution));
    }

    /// Pairs of an input and an output channel of one group, or 0 where no kernel multiplies.
    private long pairs(Convolution convolution) {
        if (precision != Precision.FLOAT32) {
            return 0;
        }
        int kernel = convolution.window().kernel();
        int stride = convolution.window().stride();
        int taps = taps(convolution);
        return taps == 3 || taps == 5 ? convolution.weight().elements() / kernel / kernel * stride * stride : 0;
    }
}
