package net.alexnet.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;

/// The value types that a safetensors file may hold. All have a size, so that any file's layout can be checked; only
/// the floating-point ones are weights.
enum Dtype {
    BOOL(1), U8(1), I8(1), F8_E5M2(1), F8_E4M3(1), U16(2), I16(2), F16(2), BF16(2), U32(4), I32(4), F32(4), U64(8), I64(
            8), F64(8);

    // Unaligned: other programs may start the data at any byte.
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int bytes;

    Dtype(int bytes) {
        this.bytes = bytes;
    }

    /// The size of one value.
    int bytes() {
        return bytes;
    }

    static Optional<Dtype> named(String name) {
        for (Dtype dtype : values()) {
            if (dtype.name().equals(name)) {
                return Optional.of(dtype);
            }
        }
        return Optional.empty();
    }

    /// The values of a segment as float32, or empty if they are not floating-point.
    Optional<float[]> floats(MemorySegment data) {
        return switch (this) {
            case F32 -> Optional.of(data.toArray(FLOAT));
            case F16 -> {
                float[] values = new float[count(data)];
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.float16ToFloat(data.getAtIndex(SHORT, i));
                }
                yield Optional.of(values);
            }
            case BF16 -> {
                float[] values = new float[count(data)];
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.intBitsToFloat(data.getAtIndex(SHORT, i) << 16);
                }
                yield Optional.of(values);
            }
            case F64 -> {
                float[] values = new float[count(data)];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) data.getAtIndex(DOUBLE, i);
                }
                yield Optional.of(values);
            }
            case BOOL, U8, I8, F8_E5M2, F8_E4M3, U16, I16, U32, I32, U64, I64 -> Optional.empty();
        };
    }

    private int count(MemorySegment data) {
        return Math.toIntExact(data.byteSize() / bytes);
    }
}
