package net.alexnet.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Supplier;
import net.alexnet.tensor.Shape;

/// A tensor to be written.
///
/// @param name unique in its file, such as `conv1.weight`
/// @param shape the logical extents
/// @param values gives the `shape.elements()` float32 values in row-major order and the machine's byte order, at any
///     byte; asked once, when the tensor's turn has come, so that no more than one has to be in memory at a time
public record NamedTensor(String name, Shape shape, Supplier<MemorySegment> values) {
    /// One value, wherever it lies.
    public static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    public NamedTensor {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a tensor needs a name; found an empty one for shape " + shape);
        }
    }

    /// A tensor whose values come in an array.
    public static NamedTensor of(String name, Shape shape, Supplier<float[]> values) {
        return new NamedTensor(name, shape, () -> MemorySegment.ofArray(values.get()));
    }
}
