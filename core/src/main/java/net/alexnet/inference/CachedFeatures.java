package net.alexnet.inference;

import module java.base;

/// Features in a file that is mapped into memory; none of them are on the heap. The mapping lasts as long as anything
/// refers to it, even if the file is removed.
///
/// @param length the number of features in a row
/// @param rows what each row is about, in the order of the images
/// @param missing the images that have no row
/// @param matrix `(rows, length)` float32, row-major, little-endian
public record CachedFeatures(int length, List<StoredRow> rows, List<Missing> missing, MemorySegment matrix) {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    public CachedFeatures {
        rows = List.copyOf(rows);
        missing = List.copyOf(missing);
    }

    /// What a row is about.
    ///
    /// @param picture the index of the image in its dataset
    /// @param content the id of the image's bytes, see [net.alexnet.data.ResizedImages#contentId(int)]
    public record StoredRow(int picture, String content) {}

    /// An image without a row.
    ///
    /// @param picture its index in its dataset
    /// @param reason why it could not be read
    public record Missing(int picture, String reason) {}

    /// Copies a row.
    ///
    /// @param into at least [#length()] values from `at` on
    public void read(int row, float[] into, int at) {
        Objects.checkIndex(row, rows.size());
        MemorySegment.copy(matrix, FLOAT, (long) row * length * Float.BYTES, into, at, length);
    }

    /// A copy of a row.
    public float[] row(int row) {
        float[] values = new float[length];
        read(row, values, 0);
        return values;
    }
}
