package net.alexnet.interop.onnx;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.interop.protobuf.Message;
import net.alexnet.interop.protobuf.Numbers;
import net.alexnet.io.Dtype;
import net.alexnet.io.Extents;
import net.alexnet.io.TensorInfo;
import net.alexnet.tensor.Shape;
import org.jspecify.annotations.Nullable;

/// A TensorProto:
///
/// ```
/// dims = 1: int64*     data_type = 2     segment = 3 (not read)     name = 8
/// raw_data = 9         the values, little-endian; or, by type, one of
/// float_data = 4: float*     double_data = 10: double*     int32_data = 5: varint*, for float16 and bfloat16 their bits
/// external_data = 13: (key = 1, value = 2)*, if data_location = 14 is 1 (EXTERNAL)
/// ```
///
/// @param name perhaps empty
/// @param source gives the values from where they lie
record OnnxTensor(String name, Shape shape, Dtype dtype, Source source) implements TensorInfo {
    /// Gives the values, as [TensorInfo#values] does.
    @FunctionalInterface
    interface Source {
        MemorySegment get() throws IOException;
    }

    private static final int FLOAT_DATA = 4;
    private static final int INT32_DATA = 5;
    private static final int DOUBLE_DATA = 10;
    private static final int MAX_KEYS = 10;

    /// Reads and checks a tensor; null if it holds no values, or none of a type of [Dtype].
    static @Nullable OnnxTensor parse(Message message, ExternalData external) throws IOException {
        String name = "";
        List<Long> dims = new ArrayList<>();
        long type = 0;
        boolean outside = false;
        Map<String, String> place = new HashMap<>();
        MemorySegment raw = null;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> message.numbers(dims, Extents.MAX_RANK);
                case 2 -> type = message.number();
                case 3 -> throw message.error("the tensor is one of several segments, which are not read");
                case 8 -> name = message.text();
                case 9 -> raw = message.bytes();
                case 13 -> {
                    Map.Entry<String, String> pair = pair(message.message("StringStringEntryProto"));
                    place.put(pair.getKey(), pair.getValue());
                    if (place.size() > MAX_KEYS) {
                        throw message.error("more than " + MAX_KEYS + " words on where the values are");
                    }
                }
                case 14 -> outside = message.number() == 1;
                default -> {} // typed values, below
            }
        }
        String where = "tensor '" + name + "' ";
        Shape shape;
        try {
            shape = Extents.shape(dims).orElse(null);
        } catch (IOException e) {
            throw message.error(where + e.getMessage());
        }
        Dtype dtype = OnnxTypes.dtype(type).orElse(null);
        if (shape == null || dtype == null) {
            return null;
        }
        long bytes = shape.elements() * dtype.bytes();
        if (outside) {
            MemorySegment part = external.part(where, place, bytes);
            return new OnnxTensor(name, shape, dtype, () -> dtype.values(part));
        }
        if (raw != null) {
            MemorySegment part = raw;
            check(message, where, shape, part.byteSize(), bytes, "bytes");
            return new OnnxTensor(name, shape, dtype, () -> dtype.values(part));
        }
        return new OnnxTensor(name, shape, dtype, typed(message, where, shape, dtype));
    }

    /// A StringStringEntryProto: key = 1, value = 2.
    static Map.Entry<String, String> pair(Message message) throws IOException {
        String key = "";
        String value = "";
        while (message.next()) {
            switch (message.field()) {
                case 1 -> key = message.text();
                case 2 -> value = message.text();
                default -> {} // nothing else is defined
            }
        }
        return Map.entry(key, value);
    }

    private static Source typed(Message message, String where, Shape shape, Dtype dtype) throws IOException {
        return switch (dtype) {
            case F32, F64 -> {
                Numbers numbers = dtype == Dtype.F32
                        ? Numbers.of(message, FLOAT_DATA, Numbers.Kind.FLOAT)
                        : Numbers.of(message, DOUBLE_DATA, Numbers.Kind.DOUBLE);
                check(message, where, shape, numbers.count(), shape.elements(), "values");
                yield numbers::values;
            }
            case F16, BF16 -> {
                Halves halves = Halves.of(message, INT32_DATA, dtype);
                check(message, where, shape, halves.count(), shape.elements(), "values");
                yield halves::values;
            }
            // Whole numbers, which are listed but no weights: their count does not matter.
            default -> () -> dtype.values(MemorySegment.NULL);
        };
    }

    private static void check(Message message, String where, Shape shape, long found, long expected, String unit)
            throws IOException {
        if (found != expected) {
            throw message.error(where + "of shape " + shape + " needs " + expected + " " + unit + ", found " + found);
        }
    }

    @Override
    public MemorySegment values() throws IOException {
        return source.get();
    }
}
