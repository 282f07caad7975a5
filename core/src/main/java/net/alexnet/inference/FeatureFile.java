package net.alexnet.inference;

import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import module java.base;
import net.alexnet.io.AtomicFileWriter;
import net.alexnet.io.Texts;
import net.alexnet.tensor.Shape;

/// A table of features for other programs with a row for each image. It appears under its name once it is whole: closing
/// it before [#finish()] leaves nothing. The same rows give the same bytes.
public interface FeatureFile extends AutoCloseable {
    /// The kinds of files, told by the end of their names.
    enum Format {
        NPY, CSV;

        /// All files that are written for a name: [#NPY] has a second one, which names the rows.
        public List<Path> files(Path file) {
            return this == NPY ? List.of(file, Npy.names(file)) : List.of(file);
        }

        /// The kind of a file with this name.
        ///
        /// @throws IllegalArgumentException if the name ends otherwise
        public static Format of(Path file) {
            String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
            for (Format format : values()) {
                if (name.endsWith("." + format.name().toLowerCase(Locale.ROOT))) {
                    return format;
                }
            }
            throw new IllegalArgumentException("features are written to a file that ends in .npy or .csv, found " + file
                    + (name.endsWith(".parquet") ? "; write a CSV, which pandas and DuckDB convert to Parquet" : ""));
        }
    }

    /// Begins a file of the kind that its name tells.
    ///
    /// @param shape of one image's features
    static FeatureFile create(Path file, Shape shape) throws IOException {
        return switch (Format.of(file)) {
            case NPY -> new Npy(file, shape);
            case CSV -> new Csv(file, Math.toIntExact(shape.elements()));
        };
    }

    /// Adds a row.
    ///
    /// @param file the image's name
    /// @param label its class, if it has one
    /// @param features as many as the shape has
    void add(String file, Optional<String> label, float[] features) throws IOException;

    /// Forces everything to the disk and gives the file its name.
    void finish() throws IOException;

    @Override
    void close() throws IOException;

    /// A NumPy array ([NpyMatrix]) and, in `FILE.files.tsv`, a header `file label` and a line for each row, separated by
    /// a tab. A tab, a line's end or a backslash in a name is written `\t`, `\n`, `\r`, `\\`, and
    /// any other character that [Texts#steers] names as `\u001b`, say.
    final class Npy implements FeatureFile {
        private final Path target;
        private final NpyMatrix matrix;
        private final AtomicFileWriter names;

        private Npy(Path target, Shape shape) throws IOException {
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
        private static Path names(Path matrix) {
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
            String plain = cell.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
            return plain.chars().mapToObj(one -> Texts.steers((char) one)
                    ? "\\u" + HexFormat.of().toHexDigits((char) one)
                    : String.valueOf((char) one)).collect(Collectors.joining());
        }

        /// An older array goes first and the new one comes last, so that the names beside an array are always its own.
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

    /// Comma-separated values with a header: `file`, `label` (empty where there is none), `f0`, `f1` and so on. Each
    /// number has as many digits as it takes to read it back exactly.
    final class Csv implements FeatureFile {
        private final CsvTable table;
        private final int length;

        private Csv(Path target, int length) throws IOException {
            CsvSchema.Builder schema = CsvSchema.builder().addColumn("file").addColumn("label");
            for (int i = 0; i < length; i++) {
                schema.addColumn("f" + i);
            }
            this.length = length;
            this.table = new CsvTable(target, schema.build().withHeader());
        }

        @Override
        public void add(String file, Optional<String> label, float[] features) throws IOException {
            NpyMatrix.requireLength(features, length);
            List<Object> cells = new ArrayList<>(length + 2);
            cells.add(file);
            cells.add(label.orElse(""));
            for (float feature : features) {
                cells.add(feature);
            }
            table.write(cells);
        }

        @Override
        public void finish() throws IOException {
            table.publish();
        }

        @Override
        public void close() throws IOException {
            table.close();
        }
    }
}
