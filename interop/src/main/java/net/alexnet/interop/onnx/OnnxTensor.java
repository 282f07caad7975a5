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
import net.alexnet.io.MappedWeights;
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
record OnnxTensor(String name, Shape shape, Dtype dtype, Source source) implements MappedWeights.Stored {
    /// Gives the values, as [MappedWeights.Stored#values] does.
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
                case 1 -> message.numbers(dims, MappedWeights.MAX_RANK);
                case 2 -> type = message.number();
                case 3 -> throw message.error("the tensor is one of several segments, which are not read");
                case 8 -> name = message.text();
                case 9 -> raw = message.bytes();
                case 13 -> {
                    Map.Entry<String, String> pair = pair(message.message("StringStringEntryProto"));
                    place.put(pair.getKey(), pair.getValue());
                    if (place.size() > MAX_KEYS) {
                        throw message.error("more than " + MAX_KEYS + " keys say where the values are");
                    }
                }
                case 14 -> outside = message.number() == 1;
                default -> {} // typed values, below
            }
        }
        String where = "tensor '" + name + "' ";
        Shape shape;
        try {
            shape = MappedWeights.shape(dims).orElse(null);
        } catch (IOException e) {
            throw message.error(where + e.getMessage());
        }
        Dtype dtype = dtype(type);
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
        int field = switch (dtype) {
            case F32 -> FLOAT_DATA;
            case F64 -> DOUBLE_DATA;
            case F16, BF16 -> INT32_DATA;
            default -> 0; // whole numbers, which are listed but no weights: their count does not matter
        };
        if (field == 0) {
            return new OnnxTensor(name, shape, dtype, () -> dtype.values(MemorySegment.NULL));
        }
        Numbers numbers = Numbers.of(message, field, dtype);
        check(message, where, shape, numbers.count(), shape.elements(), "values");
        return new OnnxTensor(name, shape, dtype, numbers::values);
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

    /// The type of a TensorProto.DataType; null for texts, complex numbers and numbers of less than a byte.
    private static @Nullable Dtype dtype(long number) {
        return switch (Math.clamp(number, 0, Integer.MAX_VALUE)) {
            case 1 -> Dtype.F32;
            case 2 -> Dtype.U8;
            case 3 -> Dtype.I8;
            case 4 -> Dtype.U16;
            case 5 -> Dtype.I16;
            case 6 -> Dtype.I32;
            case 7 -> Dtype.I64;
            case 9 -> Dtype.BOOL;
            case 10 -> Dtype.F16;
            case 11 -> Dtype.F64;
            case 12 -> Dtype.U32;
            case 13 -> Dtype.U64;
            case 16 -> Dtype.BF16;
            case 17 -> Dtype.F8_E4M3;
            case 19 -> Dtype.F8_E5M2;
            default -> null;
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
