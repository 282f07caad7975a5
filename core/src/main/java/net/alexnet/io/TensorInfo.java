package net.alexnet.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import net.alexnet.tensor.Shape;

/// A tensor as a foreign format holds it, its extents already checked against the bytes that are there.
public interface TensorInfo {
    Shape shape();

    /// The type in which the values are stored.
    Dtype dtype();

    /// The values as [WeightFile#values(String)] gives them, where possible in place.
    ///
    /// @throws IOException if they are not floating-point, or too many for an array; the message lacks the tensor's name
    MemorySegment values() throws IOException;
}
