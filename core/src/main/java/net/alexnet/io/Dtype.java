package net.alexnet.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;

/// The types that the values of a file may have. All have a size, so that any file's layout can be checked; only F16, BF16,
/// F32 and F64 are weights.
public enum Dtype {
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
    public int bytes() {
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

    /// Whether its values can be read as weights.
    public boolean isWeight() {
        return this == F16 || this == BF16 || this == F32 || this == F64;
    }

    /// Values that are stored as this type, little-endian and back to back, as float32 in the machine's byte order: the segment
    /// itself where it holds them so, else a copy.
    ///
    /// @throws IOException if they are not floating-point, or too many for an array; the message lacks the tensor's name
    public MemorySegment values(MemorySegment stored) throws IOException {
        if (this == F32 && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
            return stored;
        }
        // A few elements below the limit of int is the most that a JVM grants.
        if (stored.byteSize() / bytes > Integer.MAX_VALUE - 8) {
            throw new IOException("has too many values for one array");
        }
        return MemorySegment.ofArray(floats(stored).orElseThrow(this::noWeights));
    }

    /// One value as float32.
    ///
    /// @param index counted in values from the segment's start
    /// @throws IOException if it is not floating-point
    public float valueAt(MemorySegment stored, long index) throws IOException {
        return switch (this) {
            case F32 -> stored.getAtIndex(FLOAT, index);
            case F16 -> Float.float16ToFloat(stored.getAtIndex(SHORT, index));
            case BF16 -> Float.intBitsToFloat(stored.getAtIndex(SHORT, index) << 16);
            case F64 -> (float) stored.getAtIndex(DOUBLE, index);
            case BOOL, U8, I8, F8_E5M2, F8_E4M3, U16, I16, U32, I32, U64, I64 -> throw noWeights();
        };
    }

    private IOException noWeights() {
        return new IOException("holds " + this + "; only F32, F16, BF16 and F64 can be read as weights");
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
