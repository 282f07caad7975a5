package net.alexnet.io;

import module java.base;
import net.alexnet.tensor.Shape;

/// A tensor to be written.
///
/// @param name unique in its file, such as `conv1.weight`
/// @param shape the logical extents
/// @param values gives the `shape.elements()` float32 values in row-major order and the machine's byte order, at any
///     byte; called when the tensor is written, so that no more than one tensor has to be in memory at a time
/// @param dtype in which a safetensors file stores them: `F32`, `BF16`, which rounds to the nearest, or `I8`, for whole numbers
///     from -128 to 127
public record NamedTensor(String name, Shape shape, Supplier<MemorySegment> values, Dtype dtype) {
    /// One value, at any byte.
    public static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private static final int BUFFER_BYTES = 1 << 18;

    public NamedTensor {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a tensor needs a name; found an empty one for shape " + shape);
        }
    }

    /// A tensor that is stored as float32.
    public NamedTensor(String name, Shape shape, Supplier<MemorySegment> values) {
        this(name, shape, values, Dtype.F32);
    }

    /// A tensor whose values come in an array.
    public static NamedTensor of(String name, Shape shape, Supplier<float[]> values) {
        return new NamedTensor(name, shape, () -> MemorySegment.ofArray(values.get()));
    }

    /// How many bytes the values take as float32.
    public long bytes() {
        return Math.multiplyExact(shape.elements(), (long) Float.BYTES);
    }

    /// Gets the values.
    ///
    /// @throws IllegalArgumentException if they do not fill the shape
    public MemorySegment checkedValues() {
        MemorySegment found = values.get();
        if (found.byteSize() != bytes()) {
            throw new IllegalArgumentException("tensor '" + name + "' of shape " + shape + " needs "
                    + shape.elements() + " values, found " + found.byteSize() / Float.BYTES);
        }
        return found;
    }

    /// A copy of the values.
    public float[] floats() {
        float[] copy = new float[Math.toIntExact(shape.elements())];
        MemorySegment.copy(checkedValues(), FLOAT, 0, copy, 0, copy.length);
        return copy;
    }

    /// Writes values as every format of weights stores them: float32, little-endian, without gaps.
    ///
    /// @param values from [#checkedValues]
    public static void write(MemorySegment values, OutputStream out) throws IOException {
        write(values, Dtype.F32, out);
    }

    static void write(MemorySegment values, Dtype dtype, OutputStream out) throws IOException {
        byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, values.byteSize() / Float.BYTES * dtype.bytes())];
        MemorySegment stored = MemorySegment.ofArray(buffer);
        long count = values.byteSize() / Float.BYTES;
        for (long start = 0, piece; start < count; start += piece) {
            piece = Math.min(buffer.length / dtype.bytes(), count - start);
            dtype.store(values.asSlice(start * Float.BYTES, piece * Float.BYTES), stored);
            out.write(buffer, 0, (int) piece * dtype.bytes());
        }
    }
}
