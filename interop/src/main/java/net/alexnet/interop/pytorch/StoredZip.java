package net.alexnet.interop.pytorch;

import module java.base;
import net.alexnet.io.AtomicFiles;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/// The entries of a zip file that stores them uncompressed, found by its central directory (APPNOTE.TXT, sections 4.3.7,
/// 4.3.12 to 4.3.16 and 4.5.3). Compressed and encrypted entries are refused, and entries may not share bytes, so that they
/// are no larger than the file. Checksums are not recomputed: PyTorch can be told not to write them.
public final class StoredZip {
    /// The first moment that a zip can say, in any time zone; else it would be the moment of writing.
    private static final LocalDateTime WRITTEN = LocalDateTime.of(1980, 1, 1, 0, 0);

    private static final int MAX_ENTRIES = 20_000;
    private static final int MAX_NAME = 1000;
    private static final long LARGE = 0xffff_ffffL;
    private static final int END_BYTES = 22;
    private static final int ENTRY_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment file;
    private final Map<String, MemorySegment> entries = new HashMap<>();
    private final TreeMap<Long, Long> ends = new TreeMap<>(); // of entries, by where their own headers start

    private StoredZip(MemorySegment file) {
        this.file = file;
    }

    /// The entries' bytes by name, where they lie.
    ///
    /// @throws IOException if the directory is damaged, or an entry is compressed; the message lacks the file
    public static Map<String, MemorySegment> entries(MemorySegment file) throws IOException {
        StoredZip zip = new StoredZip(file);
        zip.read();
        return zip.entries;
    }

    /// Adds an uncompressed entry to a zip that is written. A zip has the checksum before the data, so the content is gone
    /// through twice.
    ///
    /// @param bytes of the content
    /// @param alignment its place in the file is a multiple of this power of 2; 0 for any place
    public static void add(ZipArchiveOutputStream zip, String name, long bytes, int alignment,
            AtomicFiles.Content content) throws IOException {
        CRC32 sum = new CRC32();
        content.writeTo(new CheckedOutputStream(OutputStream.nullOutputStream(), sum));
        ZipArchiveEntry entry = new ZipArchiveEntry(name);
        entry.setTimeLocal(WRITTEN);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes);
        entry.setCrc(sum.getValue());
        entry.setAlignment(alignment);
        zip.putArchiveEntry(entry);
        content.writeTo(zip);
        zip.closeArchiveEntry();
    }

    private void read() throws IOException {
        long end = findEnd();
        long count = two(end + 10);
        long size = four(end + 12);
        long start = four(end + 16);
        if (end >= 20 && four(end - 20) == 0x07064b50L) { // the locator of zip64's own end record
            long large = eight(end - 12);
            check(large >= 0 && large <= end - 76 && four(large) == 0x06064b50L, "no zip64 record", large);
            count = eight(large + 32);
            size = eight(large + 40);
            start = eight(large + 48);
            end = large;
        }
        if (count < 0 || count > MAX_ENTRIES || size < 0 || start < 0 || start > end || size > end - start) {
            throw new IOException("the zip file's directory announces " + count + " entries in " + size
                    + " bytes from byte " + start + "; it must end by byte " + end + ", and the limit is "
                    + MAX_ENTRIES);
        }
        directory(start, start + size, count);
        long before = 0;
        for (Map.Entry<Long, Long> entry : ends.entrySet()) {
            check(entry.getKey() >= before, "entries that overlap", entry.getKey());
            before = entry.getValue();
        }
    }

    /// The end record, which a comment of at most 65,535 bytes may follow.
    private long findEnd() throws IOException {
        long last = file.byteSize() - END_BYTES;
        for (long at = last; at >= 0 && at >= last - 0xffff; at--) {
            if (four(at) == 0x06054b50L && at + END_BYTES + two(at + 20) == file.byteSize()) {
                return at;
            }
        }
        throw new IOException("the zip file has no directory at its end: it is cut");
    }

    private void directory(long start, long end, long count) throws IOException {
        long at = start;
        for (long i = 0; i < count; i++) {
            check(end - at >= ENTRY_BYTES && four(at) == 0x02014b50L, "no entry of its directory", at);
            int nameBytes = two(at + 28);
            int extraBytes = two(at + 30);
            long next = at + ENTRY_BYTES + nameBytes + extraBytes + two(at + 32);
            check(next <= end && nameBytes <= MAX_NAME, "an entry that is too long", at);
            String name = new String(file.asSlice(at + ENTRY_BYTES, nameBytes).toArray(ValueLayout.JAVA_BYTE),
                    StandardCharsets.UTF_8);
            if (two(at + 10) != 0 || (two(at + 8) & 1) != 0) {
                throw new IOException("the zip file's entry '" + name + "' is compressed or encrypted (method "
                        + two(at + 10)
                        + "), expected entries as they are. If it was packed again, pack it with zip -0; of"
                        + " a TorchScript program save model.state_dict()");
            }
            MemorySegment bytes = bytes(name, sizes(at, at + ENTRY_BYTES + nameBytes, extraBytes), start);
            if (entries.put(name, bytes) != null) {
                throw new IOException("the zip file has two entries named '" + name + "'");
            }
            at = next;
        }
    }

    private MemorySegment bytes(String name, long[] sizes, long limit) throws IOException {
        long size = sizes[0];
        long local = sizes[2];
        check(local >= 0 && local <= limit - LOCAL_BYTES && four(local) == 0x04034b50L, "no entry '" + name + "'",
                local);
        long data = local + LOCAL_BYTES + two(local + 26) + two(local + 28);
        if (size < 0 || size != sizes[1] || data > limit || size > limit - data) {
            throw new IOException("the zip file's entry '" + name + "' has " + size + " bytes, stored as " + sizes[1]
                    + ", from byte " + data + "; the directory begins at " + limit);
        }
        check(ends.put(local, data + size) == null, "entries that overlap", local);
        return file.asSlice(data, size);
    }

    /// Size, compressed size and place: from the entry, or in this order from its zip64 field as far as they do not fit there.
    private long[] sizes(long at, long extra, int extraBytes) throws IOException {
        long[] sizes = {four(at + 24), four(at + 20), four(at + 42)};
        long end = extra + extraBytes;
        for (long field = extra; end - field >= 4; field += 4 + two(field + 2)) {
            if (two(field) != 1) {
                continue;
            }
            long value = field + 4;
            for (int i = 0; i < sizes.length; i++) {
                if (sizes[i] == LARGE) {
                    check(end - value >= Long.BYTES, "a directory that is cut", value);
                    sizes[i] = eight(value);
                    value += Long.BYTES;
                }
            }
            break;
        }
        return sizes;
    }

    private static void check(boolean condition, String problem, long at) throws IOException {
        if (!condition) {
            throw new IOException("the zip file has " + problem + " at byte " + at);
        }
    }

    private int two(long at) {
        return file.get(SHORT, at) & 0xffff;
    }

    private long four(long at) {
        return file.get(INT, at) & LARGE;
    }

    private long eight(long at) {
        return file.get(LONG, at);
    }
}
