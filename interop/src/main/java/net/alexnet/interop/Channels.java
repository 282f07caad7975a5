package net.alexnet.interop;

import java.lang.foreign.MemorySegment;
import net.alexnet.io.NamedTensor;
import net.alexnet.tensor.Shape;

/// The order of colours in a first convolution.
final class Channels {
    private Channels() {}

    /// Whether a layout has this parameter's input channels the other way round.
    static boolean areTurned(WeightLayout layout, String name) {
        return layout.blueFirst() && name.equals("conv1.weight");
    }

    /// A copy with the input channels in reverse order; to do it twice is to do nothing.
    ///
    /// @param shape `(K, C, H, W)`
    static MemorySegment turned(MemorySegment values, Shape shape) {
        int channels = shape.dim(1);
        long plane = (long) Float.BYTES * shape.dim(2) * shape.dim(3);
        MemorySegment turned = MemorySegment.ofArray(new float[Math.toIntExact(shape.elements())]);
        for (int k = 0; k < shape.dim(0); k++) {
            for (int c = 0; c < channels; c++) {
                long from = ((long) k * channels + c) * plane;
                long to = ((long) k * channels + channels - 1 - c) * plane;
                MemorySegment.copy(values, NamedTensor.FLOAT, from, turned, NamedTensor.FLOAT, to, plane / Float.BYTES);
            }
        }
        return turned;
    }
}
