package net.alexnet.data;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/// A picture and its label as two members of a tar file, in WebDataset's form: `000000123.jpg` and `000000123.cls`, the
/// label as decimal digits. The headers are ustar without owner or time, so that equal pictures make equal bytes.
final class TarRecord {
    /// Two blocks of zeros end a tar file.
    static final int END_BYTES = 2 * 512;

    private static final int BLOCK = 512;
    private static final int MODE = 0644;

    private TarRecord() {}

    /// Where the picture's bytes begin in a record.
    static final int IMAGE_OFFSET = BLOCK;

    /// The size of a record: two headers, the picture's bytes filled up to whole blocks, and a block for the label.
    static long bytes(long imageBytes) {
        return BLOCK + Math.ceilDiv(imageBytes, BLOCK) * BLOCK + 2 * BLOCK;
    }

    /// The part of both members' names before the dot.
    static String key(int number) {
        return String.format(Locale.ROOT, "%09d", number);
    }

    /// The bytes of a record.
    static byte[] of(int number, String extension, byte[] image, int label) {
        byte[] record = new byte[Math.toIntExact(bytes(image.length))];
        byte[] digits = String.valueOf(label).getBytes(StandardCharsets.US_ASCII);
        int second = record.length - 2 * BLOCK;
        putMember(record, 0, key(number) + "." + extension, image);
        putMember(record, second, key(number) + ".cls", digits);
        return record;
    }

    private static void putMember(byte[] record, int at, String name, byte[] content) {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        entry.setMode(MODE);
        entry.setModTime(0);
        entry.setIds(0, 0);
        entry.setNames("", "");
        byte[] header = new byte[BLOCK];
        entry.writeEntryHeader(header);
        System.arraycopy(header, 0, record, at, BLOCK);
        System.arraycopy(content, 0, record, at + BLOCK, content.length);
    }
}
