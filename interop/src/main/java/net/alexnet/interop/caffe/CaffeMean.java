package net.alexnet.interop.caffe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import net.alexnet.interop.protobuf.Message;
import net.alexnet.io.MappedFile;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Shape;

/// The mean picture of a `.binaryproto`, a BlobProto of Caffe, as it stands in the file: on a scale of 0 to 255, and the channels
/// in the order of Caffe's pictures, **blue, green, red**.
///
/// @param shape `(C, H, W)`
/// @param values float32 in the machine's byte order, row-major, not to be written to; perhaps the mapped file itself, at
///     any byte
public record CaffeMean(Shape shape, MemorySegment values) {
    private static final String EXPECTED = "a mean picture of Caffe (.binaryproto)";

    /// Reads and checks a file.
    ///
    /// @throws WeightFileException if it cannot be read, breaks the format, or is no single picture
    public static CaffeMean read(Path file) throws WeightFileException {
        MemorySegment mapped = MappedFile.lasting(file, EXPECTED);
        try {
            Blob blob = Blob.parse(Message.file("BlobProto", mapped));
            if (blob == null) {
                throw new IOException("it holds no values");
            }
            List<Integer> dims = blob.shape().dims();
            boolean one = dims.size() == 4 && dims.getFirst() == 1;
            if (!one && dims.size() != 3) {
                throw new IOException("it must have the shape (C, H, W) or (1, C, H, W), found " + blob.shape());
            }
            return new CaffeMean(one ? blob.lastAxes(3).shape() : blob.shape(), blob.values());
        } catch (IOException e) {
            throw new WeightFileException(file, "not " + EXPECTED + ", or damaged: " + e.getMessage(), e);
        }
    }

    /// The values as an array of their own.
    public float[] toArray() {
        return values.toArray(NamedTensor.FLOAT);
    }
}
