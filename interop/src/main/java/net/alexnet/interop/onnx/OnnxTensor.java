package net.alexnet.interop.onnx;

import module java.base;
import net.alexnet.interop.protobuf.Message;
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
/// @param part null if it holds no values, or none of a type of [Dtype]
record OnnxTensor(String name, MappedWeights.@Nullable Part part) {
    private static final int MAX_KEYS = 10;

    /// By the numbers of TensorProto.DataType; without texts, complex numbers and numbers of less than a byte.
    private static final Map<Long, Dtype> TYPES = Map.ofEntries(Map.entry(1L, Dtype.F32), Map.entry(2L, Dtype.U8),
            Map.entry(3L, Dtype.I8), Map.entry(4L, Dtype.U16), Map.entry(5L, Dtype.I16), Map.entry(6L, Dtype.I32),
            Map.entry(7L, Dtype.I64), Map.entry(9L, Dtype.BOOL), Map.entry(10L, Dtype.F16), Map.entry(11L, Dtype.F64),
            Map.entry(12L, Dtype.U32), Map.entry(13L, Dtype.U64), Map.entry(16L, Dtype.BF16),
            Map.entry(17L, Dtype.F8_E4M3), Map.entry(19L, Dtype.F8_E5M2));

    /// Reads and checks a tensor.
    static OnnxTensor parse(Message message, ExternalData external) throws IOException {
        String name = "";
        List<Long> dims = new ArrayList<>();
        long type = 0;
        boolean outside = false;
        Map<String, String> place = new HashMap<>();
        MemorySegment raw = null;
        MemorySegment floats = MemorySegment.NULL;
        MemorySegment doubles = MemorySegment.NULL;
        MemorySegment halves = MemorySegment.NULL;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> message.numbers(dims, MappedWeights.MAX_RANK);
                case 2 -> type = message.number();
                case 3 -> throw message.error("the tensor is one of several segments, which are not read");
                case 4 -> floats = message.packed(Float.BYTES, floats);
                case 5 -> halves = halves(message);
                case 8 -> name = message.text();
                case 9 -> raw = message.bytes();
                case 10 -> doubles = message.packed(Double.BYTES, doubles);
                case 13 -> {
                    pair(message.message("StringStringEntryProto"), place);
                    if (place.size() > MAX_KEYS) {
                        throw message.error("more than " + MAX_KEYS + " keys say where the values are");
                    }
                }
                case 14 -> outside = message.number() == 1;
                default -> {} // other typed values
            }
        }
        String where = "tensor '" + name + "' ";
        Shape shape;
        try {
            shape = MappedWeights.shape(dims).orElse(null);
        } catch (IOException e) {
            throw message.error(where + e.getMessage());
        }
        Dtype dtype = TYPES.get(type);
        if (shape == null || dtype == null) {
            return new OnnxTensor(name, null);
        }
        long expected = shape.elements() * dtype.bytes();
        if (outside) {
            raw = external.part(where, place, expected);
        }
        MemorySegment bytes = raw != null ? raw : switch (dtype) {
            case F32 -> floats;
            case F64 -> doubles;
            case F16, BF16 -> halves;
            default -> null; // typed whole numbers, which are listed but no weights: their count does not matter
        };
        if (bytes != null && bytes.byteSize() != expected) {
            throw message.error(where + "of shape " + shape + " needs " + expected + " bytes, found "
                    + bytes.byteSize());
        }
        return new OnnxTensor(name, new MappedWeights.Part(shape, dtype, bytes == null ? MemorySegment.NULL : bytes));
    }

    /// The low 16 bits of each number, little-endian. A number may take one byte, and its value as float32 takes four.
    private static MemorySegment halves(Message message) throws IOException {
        long[] count = new long[1];
        message.numbers(_ -> count[0]++);
        if (count[0] > Dtype.MAX_VALUES / 2 || (count[0] > 1
                && count[0] * Float.BYTES > message.bytes().byteSize() + MappedWeights.ALLOWANCE)) {
            throw message.error("field 5 has " + count[0] + " numbers, too many for its bytes");
        }
        byte[] halves = new byte[2 * (int) count[0]];
        int[] at = new int[1];
        message.numbers(number -> {
            halves[at[0]++] = (byte) number;
            halves[at[0]++] = (byte) (number >> Byte.SIZE);
        });
        return MemorySegment.ofArray(halves);
    }

    /// Adds a StringStringEntryProto to a map: key = 1, value = 2.
    static void pair(Message message, Map<String, String> pairs) throws IOException {
        String key = "";
        String value = "";
        while (message.next()) {
            switch (message.field()) {
                case 1 -> key = message.text();
                case 2 -> value = message.text();
                default -> {} // nothing else is defined
            }
        }
        pairs.put(key, value);
    }
}
