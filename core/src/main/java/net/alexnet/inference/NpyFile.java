package net.alexnet.inference;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import net.alexnet.tensor.Shape;

/// NumPy's array file, as `numpy.lib.format` specifies version 1.0, with a table of names beside it:
///
/// ```
/// file    = "\x93NUMPY" 1 0 length header data
/// length  = the header's bytes, 16-bit, little-endian; data begins at a multiple of 64
/// header  = "{'descr': '<f4', 'fortran_order': False, 'shape': (rows, F), }", spaces, "\n"     or (rows, C, H, W)
/// data    = float32, little-endian, row-major
/// FILE.files.tsv = "file\tlabel\n", then a line for each row; a tab, a line's end or a backslash in a name is written
///                  \t, \n, \r, \\
/// ```
///
/// The header has room for any number of rows and is written last, when that is known.
final class NpyFile implements FeatureFile {
    static final int DATA_START = 192; // 64 · 3: any four extents fit
    private static final String MAGIC = "\u0093NUMPY\u0001\u0000";

    private final Draft data;
    private final Draft names;
    private final Shape shape;
    private long rows;

    NpyFile(Path target, Shape shape) throws IOException {
        this.shape = shape;
        this.data = new Draft(target);
        try {
            this.names = new Draft(names(target));
        } catch (IOException e) {
            data.close();
            throw e;
        }
        data.write(header(0, shape));
        line("file", "label");
    }

    /// The file that names the rows of a matrix.
    static Path names(Path matrix) {
        return matrix.resolveSibling(matrix.getFileName() + ".files.tsv");
    }

    static byte[] header(long rows, Shape shape) {
        String extents = shape.dims().stream().map(String::valueOf).collect(Collectors.joining(", "));
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows + ", " + extents + "), }";
        int start = MAGIC.length() + Short.BYTES;
        byte[] bytes = new byte[DATA_START];
        Arrays.fill(bytes, (byte) ' ');
        System.arraycopy(MAGIC.getBytes(StandardCharsets.ISO_8859_1), 0, bytes, 0, MAGIC.length());
        bytes[MAGIC.length()] = (byte) (DATA_START - start);
        bytes[MAGIC.length() + 1] = 0;
        byte[] text = header.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, bytes, start, text.length);
        bytes[DATA_START - 1] = '\n';
        return bytes;
    }

    @Override
    public void add(String file, Optional<String> label, float[] features) throws IOException {
        Draft.requireLength(features, shape.elements());
        data.write(Draft.littleEndian(features));
        line(file, label.orElse(""));
        rows++;
    }

    private void line(String file, String label) throws IOException {
        names.write((escaped(file) + "\t" + escaped(label) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String escaped(String cell) {
        return cell.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
    }

    /// An array that stood there goes first and the new one comes last, so that whenever there is an array, the names beside
    /// it are its own.
    @Override
    public void finish() throws IOException {
        data.overwriteStart(header(rows, shape));
        data.force();
        names.force();
        data.removeOld();
        names.finish();
        data.finish();
    }

    @Override
    public void close() throws IOException {
        try (data) {
            names.close();
        }
    }
}
