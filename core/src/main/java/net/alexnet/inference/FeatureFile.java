package net.alexnet.inference;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import net.alexnet.tensor.Shape;

/// A table of features for other programs with a row for each image. It appears under its name once
/// it is whole: closing it before [#finish()] leaves nothing. The same rows give the same bytes.
public interface FeatureFile extends AutoCloseable {
    /// The kinds of files, told by the end of their names.
    enum Format {
        NPY, CSV;

        /// All files that are written for a name: [#NPY] has a second one, which names the rows.
        public List<Path> files(Path file) {
            return this == NPY ? List.of(file, NpyFile.names(file)) : List.of(file);
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
            case NPY -> new NpyFile(file, shape);
            case CSV -> new CsvFile(file, Math.toIntExact(shape.elements()));
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
}
