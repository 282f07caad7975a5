package net.alexnet.io;

import module java.base;
import net.alexnet.tensor.Shape;

/// Named tensors in a file, in any format. The whole layout was checked when the file was opened; reading
/// afterwards can fail only because a tensor is not there, or is not of floating-point numbers.
///
/// Safe for use by many threads until it is closed.
public interface WeightFile extends AutoCloseable {
    /// The path of the file.
    Path path();

    /// What the file says of itself, in file order; nothing where its format has no place for it.
    default Map<String, String> metadata() {
        return Map.of();
    }

    /// The tensors' names, in the order of their data.
    List<String> names();

    /// The extents of a tensor.
    ///
    /// @throws WeightFileException if there is none of this name
    Shape shape(String name) throws WeightFileException;

    /// The values of a tensor: float32 in the machine's byte order, row-major. Not to be written to; it may be used
    /// after [#close]. It may be the mapped file itself, at any byte: read it by an unaligned layout such as [NamedTensor#FLOAT].
    ///
    /// @throws WeightFileException if there is none of this name, or its values are not floating-point
    MemorySegment values(String name) throws WeightFileException;

    /// The values of a tensor that must have this shape.
    ///
    /// @throws WeightFileException if it has another one, or as from [#values(String)]
    default MemorySegment values(String name, Shape expected) throws WeightFileException {
        if (!shape(name).equals(expected)) {
            throw new WeightFileException(path(), "tensor '" + name + "' must have the shape " + expected + ", found "
                    + shape(name));
        }
        return values(name);
    }

    /// The values of a tensor as an array.
    ///
    /// @throws WeightFileException as from [#values(String)]
    default float[] read(String name) throws WeightFileException {
        return values(name).toArray(NamedTensor.FLOAT);
    }

    /// The values of a tensor that must have this shape, as an array.
    ///
    /// @throws WeightFileException if it has another one, or as from [#values(String)]
    default float[] read(String name, Shape expected) throws WeightFileException {
        return values(name, expected).toArray(NamedTensor.FLOAT);
    }

    @Override
    void close();
}
