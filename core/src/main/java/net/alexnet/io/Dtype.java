package net.alexnet.io;

import module java.base;

/// The types that the values of a file may have. Every type has a size, so that the layout of any file can be checked;
/// only F16, BF16, F32 and F64 can be read as weights, and I8 with scales beside it ([DenseWeights#INT8]).
public enum Dtype {
    BOOL(1), U8(1), I8(1), F8_E5M2(1), F8_E4M3(1), U16(2), I16(2), F16(2), BF16(2), U32(4), I32(4), F32(4), U64(8), I64(
            8), F64(8);

    /// The most values of an array: a JVM may grant a few less than the limit of int.
    public static final int MAX_VALUES = Integer.MAX_VALUE - 8;

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
        return Arrays.stream(values()).filter(dtype -> dtype.name().equals(name)).findFirst();
    }

    /// Converts stored values, little-endian and without gaps, to float32 in the machine's byte order.
    ///
    /// @return the segment itself where it holds such values already, else a copy
    /// @throws IOException if the type is not floating-point, or the values are too many for an array; the message lacks
    ///     the tensor's name
    public MemorySegment values(MemorySegment stored) throws IOException {
        if (this == F32 && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
            return stored;
        }
        float[] values = array(stored.byteSize() / bytes);
        for (int i = 0; i < values.length; i++) {
            values[i] = valueAt(stored, i);
        }
        return MemorySegment.ofArray(values);
    }

    /// An array for values of this type as float32.
    ///
    /// @throws IOException if the type is not floating-point, or the values are too many for an array
    public float[] array(long count) throws IOException {
        if (this != F16 && this != BF16 && this != F32 && this != F64) {
            throw noWeights();
        }
        if (count > MAX_VALUES) {
            throw new IOException("has too many values for one array");
        }
        return new float[(int) count];
    }

    /// One value as float32.
    ///
    /// @param index counted in values from the segment's start
    /// @throws IOException if the type is not floating-point
    public float valueAt(MemorySegment stored, long index) throws IOException {
        return switch (this) {
            case F32 -> stored.getAtIndex(FLOAT, index);
            case F16 -> Float.float16ToFloat(stored.getAtIndex(SHORT, index));
            case BF16 -> Float.intBitsToFloat(stored.getAtIndex(SHORT, index) << 16);
            case F64 -> (float) stored.getAtIndex(DOUBLE, index);
            case BOOL, U8, I8, F8_E5M2, F8_E4M3, U16, I16, U32, I32, U64, I64 -> throw noWeights();
        };
    }

    /// Stores float32 values in this type, little-endian and without gaps.
    ///
    /// @param values in the machine's byte order
    /// @throws IllegalArgumentException if this is none of the types that files are written in: F32, BF16 and I8
    void store(MemorySegment values, MemorySegment stored) {
        long count = values.byteSize() / Float.BYTES;
        switch (this) {
            case F32 -> MemorySegment.copy(values, NamedTensor.FLOAT, 0, stored, FLOAT, 0, count);
            case BF16 -> {
                for (long i = 0; i < count; i++) {
                    stored.setAtIndex(SHORT, i, bfloat16(values.getAtIndex(NamedTensor.FLOAT, i)));
                }
            }
            case I8 -> {
                for (long i = 0; i < count; i++) {
                    stored.set(ValueLayout.JAVA_BYTE, i, (byte) values.getAtIndex(NamedTensor.FLOAT, i));
                }
            }
            default -> throw new IllegalArgumentException("files are not written as " + this);
        }
    }

    /// The nearest bfloat16, the even one of two; a value that is not a number stays so.
    private static short bfloat16(float value) {
        int bits = Float.floatToIntBits(value);
        int odd = (bits >>> Short.SIZE) & 1;
        int nearest = Float.isNaN(value) ? bits : bits + Short.MAX_VALUE + odd;
        return (short) (nearest >>> Short.SIZE);
    }

    private IOException noWeights() {
        return new IOException("holds " + this + "; only F32, F16, BF16 and F64 can be read as weights");
    }
}
