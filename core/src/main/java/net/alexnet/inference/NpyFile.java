package net.alexnet.inference;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import net.alexnet.io.AtomicFileWriter;
import net.alexnet.tensor.Shape;

/// A NumPy array ([NpyMatrix]) and, in `FILE.files.tsv`, a header `file label` and a line for each
/// row, separated by a tab. A tab, a line's end or a backslash in a name is written `\t`, `\n`,
/// `\r`, `\\`.
final class NpyFile implements FeatureFile {
    private final Path target;
    private final NpyMatrix matrix;
    private final AtomicFileWriter names;

    NpyFile(Path target, Shape shape) throws IOException {
        this.target = target;
        this.matrix = new NpyMatrix(target, shape);
        try {
            this.names = new AtomicFileWriter(names(target));
        } catch (IOException e) {
            matrix.close();
            throw e;
        }
        line("file", "label");
    }

    /// The file that names the rows of a matrix.
    static Path names(Path matrix) {
        return matrix.resolveSibling(matrix.getFileName() + ".files.tsv");
    }

    @Override
    public void add(String file, Optional<String> label, float[] features) throws IOException {
        matrix.add(features);
        line(file, label.orElse(""));
    }

    private void line(String file, String label) throws IOException {
        names.stream().write((escaped(file) + "\t" + escaped(label) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String escaped(String cell) {
        return cell.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
    }

    /// An older array goes first and the new one comes last, so that the names beside an array are
    /// always its own.
    @Override
    public void finish() throws IOException {
        matrix.force();
        names.force();
        Files.deleteIfExists(target);
        names.publish();
        matrix.publish();
    }

    @Override
    public void close() throws IOException {
        try (matrix) {
            names.close();
        }
    }
}
