package net.alexnet.data.image;

import module java.base;

/// Writes an image as a PNG file without an [ImageCodec], so that figures and logs need no engine. The file has 8 bits a
/// sample and unfiltered rows (ISO/IEC 15948).
public final class PngFile {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int GRAY = 0;
    private static final int RGB = 2;

    private PngFile() {}

    /// The bytes of the file.
    public static byte[] of(Image image) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(SIGNATURE);
        byte type = (byte) (image.channels() == 1 ? GRAY : RGB);
        chunk(file, "IHDR", ByteBuffer.allocate(13).putInt(image.width()).putInt(image.height())
                .put(new byte[] {8, type, 0, 0, 0}).array());
        chunk(file, "IDAT", deflated(image));
        chunk(file, "IEND", new byte[0]);
        return file.toByteArray();
    }

    private static byte[] deflated(Image image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int row = image.width() * image.channels();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(bytes)) {
            for (int y = 0; y < image.height(); y++) {
                deflater.write(0); // no filter
                deflater.write(image.samples(), y * row, row);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return bytes.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream file, String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        file.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(data.length).array());
        file.writeBytes(name);
        file.writeBytes(data);
        file.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array());
    }
}
