package net.alexnet.weights;

import java.util.function.Supplier;
import net.alexnet.tensor.Shape;

/// A tensor to be written.
///
/// @param name unique in its file, such as `conv1.weight`
/// @param shape the logical extents
/// @param values gives the `shape.elements()` values in row-major order; asked once, when the tensor's turn has come,
///     so that no more than one is in Java's memory at a time
public record Entry(String name, Shape shape, Supplier<float[]> values) {
    public Entry {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a tensor needs a name; found an empty one for shape " + shape);
        }
    }
}
