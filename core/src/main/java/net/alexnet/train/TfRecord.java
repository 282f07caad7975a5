package net.alexnet.train;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// TensorFlow's framing of records in a file (`tensorflow/core/lib/io/record_writer.h`), all little-endian:
///
/// ```
/// uint64 length   uint32 masked CRC-32C of length   data   uint32 masked CRC-32C of data
/// ```
final class TfRecord {
    private static final int MASK_DELTA = 0xa282ead8;
    private static final int MASK_ROTATION = 15;

    private TfRecord() {}

    static byte[] frame(byte[] data) {
        ByteBuffer record = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length);
        record.putInt(maskedCrc(record.array(), Long.BYTES));
        record.put(data);
        record.putInt(maskedCrc(data, data.length));
        return record.array();
    }

    /// The masked CRC-32C of the first bytes. The mask keeps the CRC of data that itself holds CRCs from degenerating.
    private static int maskedCrc(byte[] bytes, int count) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, count);
        return Integer.rotateRight((int) crc.getValue(), MASK_ROTATION) + MASK_DELTA;
    }
}
