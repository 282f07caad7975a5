package net.alexnet.torch.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.alexnet.tensor.Precision;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// [BFloat16] against [Precision#round(float)], value by value.
class BFloat16Test {
    private static final float[] SPECIAL = {
        0, -0f, 1, 0x1.01p0f, 0x1.03p0f, 0x1.010002p0f, Float.MIN_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, Float.intBitsToFloat(0xFFC00000),
        Float.intBitsToFloat(0x7F800001), Float.intBitsToFloat(0xFFFFFFFF)
    };

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 16, 31, 1000})
    void roundsAsPrecisionDoes(int count) {
        float[] values = new float[count + 5];
        Random random = new Random(count);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(3) == 0
                    ? SPECIAL[random.nextInt(SPECIAL.length)]
                    : Float.intBitsToFloat(random.nextInt());
        }
        short[] packed = new short[count + 3];
        BFloat16.pack(values, 2, packed, 1, count);
        float[] unpacked = new float[count + 4];
        BFloat16.unpack(packed, 1, unpacked, 3, count);
        float[] rounded = values.clone();
        BFloat16.round(rounded, 2, count);
        for (int i = 0; i < values.length; i++) {
            boolean inside = i >= 2 && i < count + 2;
            Float expected = inside ? Precision.BFLOAT16.round(values[i]) : values[i];
            assertThat(rounded[i]).isEqualTo(expected); // also where both are NaN
            if (inside) {
                assertThat(unpacked[i + 1]).isEqualTo(expected);
            }
        }
        assertThat(packed[0]).isZero();
        assertThat(packed[count + 1]).isZero();
    }
}
