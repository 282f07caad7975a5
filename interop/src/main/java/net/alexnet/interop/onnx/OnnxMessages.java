package net.alexnet.interop.onnx;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.RawValues;
import net.alexnet.tensor.Shape;

/// The messages of `onnx.proto` that a model needs, as bytes:
///
/// ```
/// Node        = 1: repeated string input    2: repeated string output    3: string name    4: string op_type
///               5: repeated Attribute
/// Attribute   = 1: string name    2: float f | 3: int64 i | 8: repeated int64 ints    20: enum type
/// Tensor      = 1: repeated int64 dims    2: int32 data_type (FLOAT = 1)    8: string name    9: bytes raw_data
/// ValueInfo   = 1: string name    2: Type
/// Type        = 1: TensorType     TensorType = 1: int32 elem_type    2: TensorShape
/// TensorShape = 1: repeated Dimension        Dimension = 1: int64 dim_value | 2: string dim_param
/// OperatorSet = 2: int64 version             Property  = 1: string key      2: string value
/// ```
final class OnnxMessages {
    private static final int FLOAT = 1; // TensorProto.DataType
    private static final int TENSOR_RAW_DATA = 9;

    private OnnxMessages() {}

    @FunctionalInterface
    interface Fields {
        void writeTo(CodedOutputStream message) throws IOException;
    }

    static byte[] message(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            fields.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return bytes.toByteArray();
    }

    /// The beginning of a message that is the value of a field.
    static byte[] opening(int field, long length) {
        return message(out -> {
            out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt64NoTag(length);
        });
    }

    /// A node with one output, which gives it its name.
    static byte[] node(String operator, String output, List<String> inputs, List<byte[]> attributes) {
        return message(out -> {
            for (String input : inputs) {
                out.writeString(1, input);
            }
            out.writeString(2, output);
            out.writeString(3, output);
            out.writeString(4, operator);
            for (byte[] attribute : attributes) {
                out.writeByteArray(5, attribute);
            }
        });
    }

    /// The node that parts channels evenly.
    static byte[] split(String name, String input, List<String> outputs) {
        return message(out -> {
            out.writeString(1, input);
            for (String output : outputs) {
                out.writeString(2, output);
            }
            out.writeString(3, name);
            out.writeString(4, "Split");
            out.writeByteArray(5, integer("axis", 1));
        });
    }

    static byte[] real(String name, double value) {
        return message(out -> {
            out.writeString(1, name);
            out.writeFloat(2, (float) value);
            out.writeEnum(20, 1); // FLOAT
        });
    }

    static byte[] integer(String name, long value) {
        return message(out -> {
            out.writeString(1, name);
            out.writeInt64(3, value);
            out.writeEnum(20, 2); // INT
        });
    }

    static byte[] integers(String name, long... values) {
        return message(out -> {
            out.writeString(1, name);
            for (long value : values) {
                out.writeInt64(8, value);
            }
            out.writeEnum(20, 7); // INTS
        });
    }

    /// A tensor's message up to its values, which end it.
    static byte[] tensorHead(NamedTensor entry) {
        byte[] fields = message(out -> {
            for (int dim : entry.shape().dims()) {
                out.writeInt64(1, dim);
            }
            out.writeInt32(2, FLOAT);
            out.writeString(8, entry.name());
        });
        byte[] opening = opening(TENSOR_RAW_DATA, RawValues.bytes(entry));
        return message(out -> {
            out.writeRawBytes(fields);
            out.writeRawBytes(opening);
        });
    }

    /// A float32 input or output of a graph.
    ///
    /// @param batch the name of the outermost extent, which is left open
    /// @param rest the other extents
    static byte[] valueInfo(String name, String batch, Shape rest) {
        byte[] shape = message(out -> {
            out.writeByteArray(1, message(dimension -> dimension.writeString(2, batch)));
            for (int dim : rest.dims()) {
                out.writeByteArray(1, message(dimension -> dimension.writeInt64(1, dim)));
            }
        });
        byte[] tensor = message(out -> {
            out.writeInt32(1, FLOAT);
            out.writeByteArray(2, shape);
        });
        return message(out -> {
            out.writeString(1, name);
            out.writeByteArray(2, message(type -> type.writeByteArray(1, tensor)));
        });
    }

    static byte[] operatorSet(long version) {
        return message(out -> out.writeInt64(2, version));
    }

    static byte[] property(String key, String value) {
        return message(out -> {
            out.writeString(1, key);
            out.writeString(2, value);
        });
    }
}
