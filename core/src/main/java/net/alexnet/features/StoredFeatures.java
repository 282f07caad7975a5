package net.alexnet.features;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import net.alexnet.dataset.Rejected;

/// Features that are kept in a file, mapped into memory; nothing of them is on the heap. The mapping lasts as long as anything
/// refers to it.
///
/// @param folder where they lie; what is derived from them may lie there too
/// @param length how many numbers a row has
/// @param rows what each row is about
/// @param rejected the pictures that have no row
/// @param matrix `(rows, length)` float32, row-major, little-endian
public record StoredFeatures(
        Path folder, int length, List<StoredRow> rows, List<Rejected> rejected, MemorySegment matrix) {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    public StoredFeatures {
        rows = List.copyOf(rows);
        rejected = List.copyOf(rejected);
    }

    /// What a row is about.
    ///
    /// @param picture its index in the set
    /// @param content the id of what the picture holds, see `TolerantSquares.contentId`
    public record StoredRow(int picture, String content) {}

    /// Copies a row.
    ///
    /// @param into at least [#length()]
    public void read(int row, float[] into) {
        MemorySegment.copy(matrix, FLOAT, (long) row * length * Float.BYTES, into, 0, length);
    }

    /// A copy of a row.
    public float[] row(int row) {
        float[] values = new float[length];
        read(row, values);
        return values;
    }
}
