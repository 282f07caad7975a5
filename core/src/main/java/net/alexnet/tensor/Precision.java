package net.alexnet.tensor;

import java.util.Locale;

/// The precision of products, in convolutions and fully connected layers, and of maps. All else is float32: parameters and
/// momentum buffers, what normalization computes with, vectors, the loss, the update.
public enum Precision {
    /// 24 significant bits, the paper's.
    FLOAT32,
    /// Operands of a product, biases too, and what it computes are rounded to bfloat16, float32's range with 8 significant
    /// bits; so is every map. Sums are computed in float32 or better, and so is what passes between two layers that are
    /// computed together.
    BFLOAT16;

    /// As in a recipe.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// A value as an operand: rounded to nearest, ties to even. NaN stays NaN.
    public float round(float value) {
        if (this == FLOAT32 || Float.isNaN(value)) {
            return value;
        }
        int bits = Float.floatToRawIntBits(value);
        int even = (bits >>> 16) & 1;
        return Float.intBitsToFloat((bits + 0x7FFF + even) & 0xFFFF0000);
    }

    /// Values as operands; the array itself if there is nothing to round.
    public float[] round(float[] values) {
        if (this == FLOAT32) {
            return values;
        }
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = round(values[i]);
        }
        return rounded;
    }

    /// The bytes of a value.
    public int bytes() {
        return this == FLOAT32 ? Float.BYTES : Short.BYTES;
    }
}
