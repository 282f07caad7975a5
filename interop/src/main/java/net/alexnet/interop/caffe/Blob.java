package net.alexnet.interop.caffe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.alexnet.interop.protobuf.Message;
import net.alexnet.interop.protobuf.Numbers;
import net.alexnet.io.Dtype;
import net.alexnet.io.MappedWeights;
import net.alexnet.tensor.Shape;
import org.jspecify.annotations.Nullable;

/// A BlobProto: extents and values.
///
/// ```
/// num = 1, channels = 2, height = 3, width = 4     int32, in files before 2014
/// data = 5                                         repeated float, packed
/// shape = 7                                        BlobShape { dim = 1: repeated int64 }
/// double_data = 8                                  repeated double, packed; in place of data
/// ```
///
/// @param legacy whether the extents are the four of old files, into which every array had to fit
record Blob(Shape shape, boolean legacy, Numbers numbers) implements MappedWeights.Stored {
    private static final int DATA = 5;
    private static final int DOUBLE_DATA = 8;

    /// Reads and checks a blob; null if it holds no values.
    static @Nullable Blob parse(Message message) throws IOException {
        List<Long> extents = new ArrayList<>();
        Long[] four = {0L, 0L, 0L, 0L};
        boolean legacy = true;
        while (message.next()) {
            switch (message.field()) {
                case 1, 2, 3, 4 -> four[message.field() - 1] = message.number();
                case 7 -> {
                    legacy = false;
                    Message shape = message.message("BlobShape");
                    while (shape.next()) {
                        if (shape.field() == 1) {
                            shape.numbers(extents, MappedWeights.MAX_RANK);
                        }
                    }
                }
                default -> {} // the values, see below; gradients
            }
        }
        Shape shape = MappedWeights.shape(legacy ? Arrays.asList(four) : extents).orElse(null);
        Numbers doubles = Numbers.of(message, DOUBLE_DATA, Dtype.F64);
        Numbers numbers = doubles.count() > 0 ? doubles : Numbers.of(message, DATA, Dtype.F32);
        if (shape == null && numbers.count() == 0) {
            return null;
        }
        if (shape == null || numbers.count() != shape.elements()) {
            throw message.error("the shape " + (shape == null ? "of no values" : shape) + " does not fit the "
                    + numbers.count() + " values that are there");
        }
        return new Blob(shape, legacy, numbers);
    }

    /// The same values with the last axes only, if all before them are 1; else the blob itself.
    Blob lastAxes(int count) {
        List<Integer> dims = shape.dims();
        int others = dims.size() - count;
        return others >= 0 && dims.subList(0, others).stream().allMatch(dim -> dim == 1)
                ? new Blob(new Shape(dims.subList(others, dims.size())), legacy, numbers)
                : this;
    }

    @Override
    public Dtype dtype() {
        return numbers.dtype();
    }

    @Override
    public MemorySegment values() throws IOException {
        return numbers.values();
    }
}
