package net.alexnet.interop;

import net.alexnet.data.image.MeanImage;
import net.alexnet.tensor.Shape;

/// A mean image as Caffe keeps it, made one of ours.
public final class CaffeMeanImage {
    private CaffeMeanImage() {}

    /// Turns one round.
    ///
    /// @param shape `(C, H, W)`, H and W the same
    /// @param values row-major, blue before green before red
    /// @throws IllegalArgumentException if it is not square, or not of 1 or 3 channels, or its values are not 0 to 255
    public static MeanImage of(Shape shape, float[] values) {
        if (shape.rank() != 3 || shape.dim(1) != shape.dim(2) || (shape.dim(0) != 1 && shape.dim(0) != 3)) {
            throw new IllegalArgumentException("a mean image must be square and of 1 or 3 channels, found " + shape);
        }
        int channels = shape.dim(0);
        int pixels = shape.dim(1) * shape.dim(2);
        float[] interleaved = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            interleaved[i % pixels * channels + channels - 1 - i / pixels] = values[i];
        }
        return new MeanImage(shape.dim(1), channels, interleaved);
    }
}
