package net.alexnet.io;

import module java.base;

/// Writes a message in the wire format of protocol buffers: `(tag value)*`, where a tag is the varint
/// `field << 3 | wire type`. Fields are written in the order of the calls.
public final class ProtobufWriter {
    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int DELIMITED = 2;
    private static final int FOUR_BYTES = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /// A whole number, not negative.
    public ProtobufWriter number(int field, long value) {
        varint((long) field << 3 | VARINT);
        varint(value);
        return this;
    }

    /// A float32.
    public ProtobufWriter real(int field, float value) {
        varint((long) field << 3 | FOUR_BYTES);
        return raw(little(Float.BYTES).putFloat(value).array());
    }

    /// A float64.
    public ProtobufWriter real(int field, double value) {
        varint((long) field << 3 | EIGHT_BYTES);
        return raw(little(Double.BYTES).putDouble(value).array());
    }

    /// A text, in UTF-8.
    public ProtobufWriter text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /// Bytes, or another message.
    public ProtobufWriter bytes(int field, byte[] value) {
        return opening(field, value.length).raw(value);
    }

    /// The beginning of bytes or of a message; the caller writes the value itself.
    public ProtobufWriter opening(int field, long length) {
        varint((long) field << 3 | DELIMITED);
        varint(length);
        return this;
    }

    /// Bytes as they are: fields of another writer, or the value after an [#opening].
    public ProtobufWriter raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /// The message so far.
    public byte[] toByteArray() {
        return out.toByteArray();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void varint(long value) {
        long rest = value;
        for (; (rest & ~0x7FL) != 0; rest >>>= 7) {
            out.write((int) (rest & 0x7F) | 0x80);
        }
        out.write((int) rest);
    }
}
