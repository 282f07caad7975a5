package net.alexnet.inference;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Features in files that are mapped into memory; none of them are on the heap. A mapping lasts as
/// long as anything refers to it, even if its file is removed.
///
/// @param length the number of features in a row
/// @param rows what each row is about, in the order of the images
/// @param missing the images that have no row
/// @param matrices `(rows, length)` float32, row-major, little-endian, in one piece or several
public record CachedFeatures(int length, List<StoredRow> rows, List<Missing> missing, List<MemorySegment> matrices) {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    public CachedFeatures {
        rows = List.copyOf(rows);
        missing = List.copyOf(missing);
        matrices = List.copyOf(matrices);
    }

    /// What a row is about.
    ///
    /// @param picture the index of the image in its dataset
    /// @param content the id of the image's bytes, see `SkippingDataset.contentId`
    public record StoredRow(int picture, String content) {}

    /// An image without a row.
    ///
    /// @param picture its index in its dataset
    /// @param reason why it could not be read
    public record Missing(int picture, String reason) {}

    /// The features of several datasets as those of one.
    ///
    /// @param sizes the number of images in each dataset
    static CachedFeatures joined(List<CachedFeatures> parts, List<Integer> sizes) {
        List<StoredRow> rows = new ArrayList<>();
        List<Missing> missing = new ArrayList<>();
        List<MemorySegment> matrices = new ArrayList<>();
        int first = 0;
        for (int i = 0; i < parts.size(); i++) {
            int start = first;
            parts.get(i).rows.forEach(row -> rows.add(new StoredRow(start + row.picture, row.content)));
            parts.get(i).missing.forEach(one -> missing.add(new Missing(start + one.picture, one.reason)));
            matrices.addAll(parts.get(i).matrices);
            first += sizes.get(i);
        }
        return new CachedFeatures(parts.getFirst().length, rows, missing, matrices);
    }

    /// Copies a row.
    ///
    /// @param into at least [#length()] values from `at` on
    public void read(int row, float[] into, int at) {
        long from = (long) row * length * Float.BYTES;
        for (MemorySegment matrix : matrices) {
            if (from < matrix.byteSize()) {
                MemorySegment.copy(matrix, FLOAT, from, into, at, length);
                return;
            }
            from -= matrix.byteSize();
        }
        throw new IndexOutOfBoundsException("there is no row " + row + " of " + rows.size());
    }

    /// A copy of a row.
    public float[] row(int row) {
        float[] values = new float[length];
        read(row, values, 0);
        return values;
    }
}
