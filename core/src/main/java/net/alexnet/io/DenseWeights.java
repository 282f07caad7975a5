package net.alexnet.io;

import module java.base;
import net.alexnet.tensor.Shape;

/// How a file stores the weight of a fully connected layer, of `(outputs, inputs)`. One picture needs each weight once, and
/// in the paper's network these are 58.6 of 61 million: their bytes are most of the file, and of the time for one picture.
///
/// Rounding changes the model. Sums are computed in float32 as ever, of the rounded weights.
public enum DenseWeights {
    /// As they are, in four bytes.
    FLOAT32,
    /// Rounded to bfloat16, float32's range with 8 significant bits; two bytes.
    BFLOAT16,
    /// Rounded to whole multiples, from -127 to 127, of a scale for each output; one byte.
    INT8;

    /// Of the tensor with the scales of another: one for each output. A value is its whole number times its output's scale,
    /// which is exact in float32.
    static final String SCALE = "_scale";

    /// The zeroed bits of a scale: a product with a whole number of 7 bits then fits the 24 of a float.
    private static final int EXACT = -1 << 7;

    /// Above it a rounded value could be infinite.
    private static final float LARGEST = 0x1.fep127f;

    /// The tensors that stand for a weight in a file. Its values are asked for once for each of them.
    ///
    /// Writing them fails with an [IllegalArgumentException] if a value is not finite, or within a hundredth of
    /// float32's largest.
    public List<NamedTensor> stored(NamedTensor weight) {
        return switch (this) {
            case FLOAT32 -> List.of(weight);
            case BFLOAT16 -> List.of(new NamedTensor(weight.name(), weight.shape(),
                    () -> MemorySegment.ofArray(finite(weight)), Dtype.BF16));
            case INT8 -> List.of(
                    new NamedTensor(weight.name(), weight.shape(),
                            () -> MemorySegment.ofArray(multiples(weight)), Dtype.I8),
                    NamedTensor.of(weight.name() + SCALE, Shape.of(weight.shape().dim(0)), () -> scales(weight)));
        };
    }

    private static float[] finite(NamedTensor weight) {
        float[] values = weight.floats();
        for (float value : values) {
            if (!(Math.abs(value) <= LARGEST)) {
                throw new IllegalArgumentException("tensor '" + weight.name() + "' holds " + value
                        + ", which cannot be rounded; store it as float32");
            }
        }
        return values;
    }

    private static float[] multiples(NamedTensor weight) {
        float[] values = finite(weight);
        int inputs = values.length / weight.shape().dim(0);
        for (int first = 0; first < values.length; first += inputs) {
            float scale = scale(values, first, inputs);
            for (int i = first; i < first + inputs && scale > 0; i++) {
                values[i] = (float) Math.rint(values[i] / scale);
            }
        }
        return values;
    }

    private static float[] scales(NamedTensor weight) {
        float[] values = finite(weight);
        float[] scales = new float[weight.shape().dim(0)];
        for (int output = 0; output < scales.length; output++) {
            scales[output] = scale(values, output * (values.length / scales.length), values.length / scales.length);
        }
        return scales;
    }

    /// The least scale of 17 bits whose multiples reach the row's largest value.
    private static float scale(float[] values, int from, int count) {
        float largest = 0;
        for (int i = from; i < from + count; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return Float.intBitsToFloat((Float.floatToIntBits(largest / Byte.MAX_VALUE) + ~EXACT) & EXACT);
    }
}
