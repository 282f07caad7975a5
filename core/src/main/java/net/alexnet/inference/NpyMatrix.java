package net.alexnet.inference;

import module java.base;
import net.alexnet.io.AtomicFileWriter;
import net.alexnet.tensor.Shape;

/// NumPy's array file, written row by row, as `numpy.lib.format` specifies version 1.0:
///
/// ```
/// file    = "\x93NUMPY" 1 0 length header data
/// length  = the header's bytes, 16-bit, little-endian; data begins at a multiple of 64
/// header  = "{'descr': '<f4', 'fortran_order': False, 'shape': (rows, F), }", spaces, "\n"
///           with (rows, C, H, W) for maps
/// data    = float32, little-endian, row-major
/// ```
///
/// The header has room for any number of rows and is written last, when that number is known.
final class NpyMatrix implements AutoCloseable {
    /// Where the data begins: any four dimensions fit before it.
    static final int DATA_START = 192;

    private static final String MAGIC = "\u0093NUMPY\u0001\u0000";

    private final AtomicFileWriter file;
    private final Shape shape;
    private long rows;

    /// @param shape of one row
    NpyMatrix(Path target, Shape shape) throws IOException {
        this.shape = shape;
        this.file = new AtomicFileWriter(target);
        file.stream().write(header());
    }

    private byte[] header() {
        String dims = shape.dims().stream().map(String::valueOf).collect(Collectors.joining(", "));
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows + ", " + dims + "), }";
        byte[] bytes = new byte[DATA_START];
        Arrays.fill(bytes, (byte) ' ');
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC.getBytes(StandardCharsets.ISO_8859_1))
                .putShort((short) (DATA_START - MAGIC.length() - Short.BYTES))
                .put(header.getBytes(StandardCharsets.US_ASCII));
        bytes[DATA_START - 1] = '\n';
        return bytes;
    }

    void add(float[] row) throws IOException {
        requireLength(row, shape.elements());
        ByteBuffer bytes = ByteBuffer.allocate(row.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(row);
        file.stream().write(bytes.array());
        rows++;
    }

    static void requireLength(float[] features, long length) {
        if (features.length != length) {
            throw new IllegalArgumentException("a row has " + length + " features, found " + features.length);
        }
    }

    /// Forces everything to the disk; only [#publish] is left to do.
    void force() throws IOException {
        file.overwriteStart(header());
        file.force();
    }

    void publish() throws IOException {
        force();
        file.publish();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
