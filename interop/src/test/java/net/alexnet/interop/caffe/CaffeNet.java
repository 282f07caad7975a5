package net.alexnet.interop.caffe;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/// Messages of Caffe by the field numbers of its caffe.proto, written by Google's library.
public final class CaffeNet {
    private CaffeNet() {}

    /// What a message is made of.
    @FunctionalInterface
    public interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    public static ByteString message(Fields fields) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        fields.write(out);
        out.flush();
        return ByteString.copyFrom(bytes.toByteArray());
    }

    /// A BlobShape and packed floats, as Caffe writes since 2014.
    static ByteString blob(float[] values, long... dims) throws IOException {
        ByteString shape = packed(out -> {
            for (long dim : dims) {
                out.writeInt64NoTag(dim);
            }
        }, 1);
        return message(out -> {
            out.writeBytes(7, shape);
            out.writeBytes(5, floats(values));
        });
    }

    /// num, channels, height and width, and packed floats.
    static ByteString legacyBlob(float[] values, int... dims) throws IOException {
        return message(out -> {
            for (int i = 0; i < 4; i++) {
                out.writeInt32(i + 1, dims[i]);
            }
            out.writeBytes(5, floats(values));
        });
    }

    private static ByteString packed(Fields numbers, int field) throws IOException {
        return message(out -> out.writeBytes(field, message(numbers)));
    }

    static ByteString floats(float[] values) throws IOException {
        return message(out -> {
            for (float value : values) {
                out.writeFloatNoTag(value);
            }
        });
    }

    static ByteString layer(String name, String type, ByteString... blobs) throws IOException {
        return message(out -> {
            out.writeString(1, name);
            out.writeString(2, type);
            for (ByteString blob : blobs) {
                out.writeBytes(7, blob);
            }
        });
    }

    static ByteString v1Layer(String name, int type, ByteString... blobs) throws IOException {
        return message(out -> {
            out.writeString(2, "data");
            for (ByteString blob : blobs) {
                out.writeBytes(6, blob);
            }
            out.writeString(4, name);
            out.writeEnum(5, type);
        });
    }

    static byte[] net(int field, ByteString... layers) throws IOException {
        return message(out -> {
            out.writeString(1, "AlexNet");
            for (ByteString layer : layers) {
                out.writeBytes(field, layer);
            }
        }).toByteArray();
    }

    static float[] ramp(int count, float first) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = first + i;
        }
        return values;
    }

    /// A net with groups, of today's messages.
    public static byte[] current() throws IOException {
        return net(100, layer("data", "Data"),
                layer("conv1", "Convolution", blob(ramp(4 * 3 * 2 * 2, 1), 4, 3, 2, 2), blob(ramp(4, -1), 4)),
                layer("conv2", "Convolution", blob(ramp(6 * 2 * 2 * 2, 2), 6, 2, 2, 2), blob(ramp(6, -2), 6)),
                layer("fc8", "InnerProduct", blob(ramp(5 * 7, 3), 5, 7), blob(ramp(5, -3), 5)));
    }

    /// The same of the messages before 2015, with four extents everywhere.
    public static byte[] old() throws IOException {
        return net(2, v1Layer("data", 5),
                v1Layer("conv1", 4, legacyBlob(ramp(4 * 3 * 2 * 2, 1), 4, 3, 2, 2),
                        legacyBlob(ramp(4, -1), 1, 1, 1, 4)),
                v1Layer("conv2", 4, legacyBlob(ramp(6 * 2 * 2 * 2, 2), 6, 2, 2, 2),
                        legacyBlob(ramp(6, -2), 1, 1, 1, 6)),
                v1Layer("fc8", 14, legacyBlob(ramp(5 * 7, 3), 1, 1, 5, 7), legacyBlob(ramp(5, -3), 1, 1, 1, 5)));
    }
}
