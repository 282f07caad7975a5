package net.alexnet.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.alexnet.tensor.Shape;

/// Extents as a file gives them, before they are believed.
public final class Extents {
    /// The most axes that a tensor may have; no layer has more than five.
    public static final int MAX_RANK = 8;

    private Extents() {}

    /// The shape of these extents, empty if one of them is 0.
    ///
    /// @throws IOException if one is negative or above 2^31 - 1, there are more than [#MAX_RANK], or their product is
    ///     above 2^63 - 1; the message lacks the tensor's name
    public static Optional<Shape> shape(List<Long> extents) throws IOException {
        if (extents.size() > MAX_RANK) {
            throw new IOException("has " + extents.size() + " axes; the limit is " + MAX_RANK);
        }
        List<Integer> dims = new ArrayList<>(extents.size());
        for (long extent : extents) {
            if (extent < 0 || extent > Integer.MAX_VALUE) {
                throw new IOException("has the shape " + extents + "; every extent must be 0 to " + Integer.MAX_VALUE);
            }
            dims.add((int) extent);
        }
        if (dims.contains(0)) {
            return Optional.empty();
        }
        Shape shape = new Shape(dims);
        try {
            Math.multiplyExact(shape.elements(), (long) Double.BYTES);
        } catch (ArithmeticException e) {
            throw new IOException("has the shape " + shape + ", of more than 2^63 bytes", e);
        }
        return Optional.of(shape);
    }
}
