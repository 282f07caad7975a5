package net.alexnet.tensor;

import java.util.Locale;

/// The numbers that convolutions and fully connected layers multiply. Everything else is float32 with either: what is
/// learned and its velocities, gradients between layers, norms, the loss, the update.
public enum Precision {
    /// 24 significant bits, the paper's.
    FLOAT32,
    /// Operands of a product are rounded to bfloat16, float32's range with 8 significant bits; sums are taken in float32
    /// or better, and what comes out is a float32 tensor. Biases are added, and summed, unrounded.
    BFLOAT16;

    /// As a recipe writes it.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// A value as an operand: rounded to the nearest, of two as near the even one. NaN stays NaN.
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
}
