package net.alexnet.finetune;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;

/// What frozen layers have made of the views of a set of pictures: a mapped file of float32 values, little-endian, the views
/// of a picture next to each other, and a CRC-32C behind them.
///
/// @param values all of them
/// @param elements of one view
/// @param views of each picture
public record Features(MemorySegment values, int elements, int views) {
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final int SUM_BYTES = Long.BYTES;

    private static final ValueLayout.OfLong SUM = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int CHUNK = 1 << 30; // of a mapping, that one buffer can show

    /// Maps a file and checks every byte of it.
    ///
    /// @return nothing if it is not what was written for so many pictures
    static Optional<Features> map(Path file, int pictures, int elements, int views) throws IOException {
        long bytes = (long) pictures * views * elements * Float.BYTES;
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() != bytes + SUM_BYTES) {
                return Optional.empty();
            }
            MemorySegment whole = channel.map(MapMode.READ_ONLY, 0, bytes + SUM_BYTES, Arena.ofAuto());
            MemorySegment values = whole.asSlice(0, bytes);
            return sum(values) == whole.get(SUM, bytes)
                    ? Optional.of(new Features(values, elements, views))
                    : Optional.empty();
        }
    }

    private static long sum(MemorySegment values) {
        CRC32C crc = new CRC32C();
        for (long from = 0; from < values.byteSize(); from += CHUNK) {
            crc.update(values.asSlice(from, Math.min(CHUNK, values.byteSize() - from)).asByteBuffer());
        }
        return crc.getValue();
    }

    /// Copies the features of a picture's view.
    ///
    /// @param into gets [#elements()] values
    /// @param at the first one's place in it
    void read(int picture, int view, float[] into, int at) {
        long from = ((long) picture * views + view) * elements * Float.BYTES;
        MemorySegment.copy(values, FLOAT, from, into, at, elements);
    }
}
