package net.alexnet.interop.pytorch;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The entries of a zip file that stores them uncompressed, found by its central directory (APPNOTE.TXT, sections 4.3.7,
/// 4.3.12 to 4.3.16 and 4.5.3). Compressed and encrypted entries are refused, and entries may not share bytes, so that they
/// are no larger than the file. Checksums are not recomputed: PyTorch can be told not to write them.
final class StoredZip {
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

    /// Where an entry lies: from its own header to the end of its data.
    private record Span(String name, long start, long data, long end) {}

    private StoredZip(MemorySegment file) {
        this.file = file;
    }

    /// The entries' bytes by name, where they lie.
    static Map<String, MemorySegment> entries(MemorySegment file) throws IOException {
        return new StoredZip(file).read();
    }

    private Map<String, MemorySegment> read() throws IOException {
        long end = findEnd();
        long count = two(end + 10);
        long size = four(end + 12);
        long start = four(end + 16);
        if (end >= 20 && four(end - 20) == 0x07064b50L) { // the locator of zip64's own end record
            long large = eight(end - 12);
            if (large < 0 || large > end - 76 || four(large) != 0x06064b50L) {
                throw new IOException("the zip file's zip64 record is not at byte " + large);
            }
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
        return directory(start, start + size, count);
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

    private Map<String, MemorySegment> directory(long start, long end, long count) throws IOException {
        Map<String, MemorySegment> entries = new LinkedHashMap<>();
        List<Span> spans = new ArrayList<>();
        long at = start;
        for (long i = 0; i < count; i++) {
            if (end - at < ENTRY_BYTES || four(at) != 0x02014b50L) {
                throw new IOException("the zip file's directory has no entry at byte " + at);
            }
            int nameBytes = two(at + 28);
            int extraBytes = two(at + 30);
            long next = at + ENTRY_BYTES + nameBytes + extraBytes + two(at + 32);
            if (next > end || nameBytes > MAX_NAME) {
                throw new IOException("the zip file's directory goes beyond its end at byte " + end
                        + ", or has a name of more than " + MAX_NAME + " bytes, at byte " + at);
            }
            byte[] utf8 = file.asSlice(at + ENTRY_BYTES, nameBytes).toArray(ValueLayout.JAVA_BYTE);
            String name = new String(utf8, StandardCharsets.UTF_8);
            Span span = span(name, at, at + ENTRY_BYTES + nameBytes, extraBytes, start);
            spans.add(span);
            if (entries.put(name, file.asSlice(span.data(), span.end() - span.data())) != null) {
                throw new IOException("the zip file has two entries named '" + name + "'");
            }
            at = next;
        }
        checkApart(spans);
        return entries;
    }

    private Span span(String name, long at, long extra, int extraBytes, long limit) throws IOException {
        int method = two(at + 10);
        if (method != 0 || (two(at + 8) & 1) != 0) {
            throw new IOException("the zip file's entry '" + name + "' is compressed or encrypted (method " + method
                    + "); torch.save stores its entries as they are. A TorchScript program does not: save model.state_dict()");
        }
        long[] sizes = sizes(at, extra, extraBytes);
        long size = sizes[0];
        if (size != sizes[1]) {
            throw new IOException(
                    "the zip file's entry '" + name + "' has " + sizes[1] + " bytes, and says that they are "
                            + size);
        }
        long local = sizes[2];
        if (local < 0 || local > limit - LOCAL_BYTES || four(local) != 0x04034b50L) {
            throw new IOException("the zip file's entry '" + name + "' is not at byte " + local);
        }
        long data = local + LOCAL_BYTES + two(local + 26) + two(local + 28);
        if (size < 0 || data > limit || size > limit - data) {
            throw new IOException("the zip file's entry '" + name + "' has " + size + " bytes from byte " + data
                    + "; the directory begins at " + limit);
        }
        return new Span(name, local, data, data + size);
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
                    if (end - value < Long.BYTES) {
                        throw new IOException("the zip file's directory is cut at byte " + value);
                    }
                    sizes[i] = eight(value);
                    value += Long.BYTES;
                }
            }
            break;
        }
        return sizes;
    }

    private static void checkApart(List<Span> spans) throws IOException {
        spans.sort(Comparator.comparingLong(Span::start));
        for (int i = 1; i < spans.size(); i++) {
            if (spans.get(i).start() < spans.get(i - 1).end()) {
                throw new IOException("the zip file's entries '" + spans.get(i - 1).name() + "' and '"
                        + spans.get(i).name() + "' overlap");
            }
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
