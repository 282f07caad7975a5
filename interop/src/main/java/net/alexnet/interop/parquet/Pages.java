package net.alexnet.interop.parquet;

import module java.base;
import net.alexnet.data.Content;
import net.alexnet.interop.parquet.ParquetFile.Column;
import net.alexnet.interop.parquet.Thrift.Struct;
import net.alexnet.io.MappedFile;
import org.apache.commons.compress.compressors.snappy.SnappyCompressorInputStream;
import org.jspecify.annotations.Nullable;

/// The values of a column: where its pages are, so that the value of any row is read by decompressing one page, and its
/// dictionary if it has one. Safe for use by many threads.
final class Pages {
    private static final int DATA = 0;
    private static final int DICTIONARY = 2;
    private static final int DATA_2 = 3;

    private static final int PLAIN = 0;
    private static final int PLAIN_DICTIONARY = 2;
    private static final int RLE_DICTIONARY = 8;

    private static final List<String> CODECS = List.of("none", "Snappy", "gzip", "LZO", "Brotli", "LZ4", "Zstandard",
            "LZ4 raw");
    private static final int MOST_HEADER = 1 << 20;

    /// Bytes of a page: some pictures of usual size, or one of the largest that is read.
    private static final long MOST_PAGE = Content.MAX_BYTES + (16 << 20);

    private final Column column;
    private final List<Chunk> chunks;
    private final List<Page> pages = new ArrayList<>();
    private final Map<Integer, Page> dictionaries = new HashMap<>(); // by chunk
    private final int rows;

    /// A column's part of a row group.
    record Chunk(MemorySegment bytes, int codec, long rows) {}

    /// @param offset of its bytes in its chunk, behind its header
    /// @param compressed how many bytes there are
    /// @param firstRow of a page of data
    private record Page(int chunk, long offset, int compressed, int uncompressed, int firstRow, int values,
            int encoding,
            Optional<Levels> levels) {
        int endRow() {
            return firstRow + values;
        }
    }

    /// Levels that stand before the values, in version 2 of pages, and are not compressed.
    private record Levels(int bytes, int repetitionBytes, boolean compressed) {}

    Pages(Column column, List<Chunk> chunks, int rows) throws IOException {
        this.column = column;
        this.chunks = List.copyOf(chunks);
        this.rows = rows;
        int row = 0;
        for (int i = 0; i < chunks.size(); i++) {
            row = walk(i, row);
        }
        if (row != rows) {
            throw new IOException("the column " + column.path() + " has " + row + " values for " + rows + " rows");
        }
    }

    private int walk(int number, int firstRow) throws IOException {
        Chunk chunk = chunks.get(number);
        long size = chunk.bytes.byteSize();
        int row = firstRow;
        for (long at = 0; row - (long) firstRow < chunk.rows;) {
            ByteBuffer header = ByteBuffer
                    .wrap(MappedFile.read(chunk.bytes, at, (int) Math.min(MOST_HEADER, size - at)));
            Page page = page(number, at, Thrift.read(header), header, row);
            if (page.compressed > size - page.offset) {
                throw new IOException("a page of the column " + column.path() + " ends after its row group");
            }
            at = page.offset + page.compressed;
            if (page.encoding < 0) {
                continue; // an index
            }
            if (page.firstRow < 0) {
                dictionaries.put(number, page);
                continue;
            }
            if (page.values > rows - row) {
                throw new IOException("the column " + column.path() + " has more values than there are rows");
            }
            pages.add(page);
            row = page.endRow();
        }
        return row;
    }

    private Page page(int chunk, long at, Struct header, ByteBuffer read, int row) throws IOException {
        long uncompressed = header.number(2, -1);
        long compressed = header.number(3, -1);
        int type = (int) header.number(1, -1);
        Optional<Struct> details = switch (type) {
            case DATA -> header.struct(5);
            case DICTIONARY -> header.struct(7);
            case DATA_2 -> header.struct(8);
            default -> Optional.empty();
        };
        long values = details.map(one -> one.number(1, -1)).orElse(0L);
        if (uncompressed < 0 || uncompressed > MOST_PAGE || compressed < 0 || compressed > MOST_PAGE || values < 0
                || values > Integer.MAX_VALUE) {
            throw new IOException("a page of the column " + column.path() + " claims " + values + " values in "
                    + uncompressed + " bytes; the limit is " + MOST_PAGE + " bytes");
        }
        Optional<Levels> levels = type != DATA_2
                ? Optional.empty()
                : details.map(one -> new Levels((int) one.number(5, -1), (int) one.number(6, -1), one.flag(7, true)));
        int encoding = details.map(one -> (int) one.number(type == DATA_2 ? 4 : 2, -1)).orElse(-1);
        return new Page(chunk, at + read.position(), (int) compressed, (int) uncompressed,
                type == DICTIONARY ? -1 : row, (int) values, encoding, levels);
    }

    /// The bytes of a row; nothing if they are null.
    Optional<byte[]> bytes(int row) throws IOException {
        Page page = pages.get(pageOf(row));
        Decoded decoded = decode(page);
        OptionalInt place = decoded.place(row - page.firstRow);
        if (place.isEmpty()) {
            return Optional.empty();
        }
        int index = place.getAsInt();
        return Optional.of(decoded.indices == null
                ? plain(decoded.values, index)
                : plain(decode(dictionary(page)).values, decoded.indices[index]));
    }

    /// Is given one value after the other.
    @FunctionalInterface
    interface Use {
        void accept(@Nullable Object value) throws IOException;
    }

    /// Gives all values in order: a [Long], a text, or null.
    void forEach(Use use) throws IOException {
        Map<Integer, List<Object>> known = new HashMap<>();
        for (Page page : pages) {
            Decoded decoded = decode(page);
            List<Object> values;
            if (decoded.indices == null) {
                values = values(decoded.values, decoded.present);
            } else {
                List<Object> entries = known.get(page.chunk);
                if (entries == null) {
                    Page dictionary = dictionary(page);
                    entries = values(decode(dictionary).values, dictionary.values);
                    known.clear();
                    known.put(page.chunk, entries);
                }
                List<Object> found = new ArrayList<>();
                for (int index : decoded.indices) {
                    if (index < 0 || index >= entries.size()) {
                        throw new IOException("a page of the column " + column.path() + " refers to entry " + index
                                + " of a dictionary of " + entries.size());
                    }
                    found.add(entries.get(index));
                }
                values = found;
            }
            for (int i = 0; i < page.values; i++) {
                OptionalInt place = decoded.place(i);
                use.accept(place.isEmpty() ? null : values.get(place.getAsInt()));
            }
        }
    }

    private int pageOf(int row) {
        Objects.checkIndex(row, rows);
        int low = 0;
        int high = pages.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (pages.get(middle).endRow() > row) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private Page dictionary(Page page) throws IOException {
        Page dictionary = dictionaries.get(page.chunk);
        if (dictionary == null) {
            throw new IOException(
                    "a page of the column " + column.path() + " refers to a dictionary that is not there");
        }
        return dictionary;
    }

    // --- one page ------------------------------------------------------------------------------------------------------

    /// A page without its compression and its levels.
    ///
    /// @param values the bytes of the values, if they are not indices
    /// @param indices of the values in the dictionary, or null
    /// @param places for each row its value's place among those that are not null, or −1; null if all are there
    /// @param present how many are not null
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    private record Decoded(ByteBuffer values, int @Nullable [] indices, int @Nullable [] places, int present) {
        OptionalInt place(int row) {
            return places == null
                    ? OptionalInt.of(row)
                    : places[row] < 0 ? OptionalInt.empty() : OptionalInt.of(places[row]);
        }
    }

    private Decoded decode(Page page) throws IOException {
        try {
            ByteBuffer bytes = content(page);
            boolean isDictionary = page.firstRow < 0;
            int[] places = isDictionary || column.optional() == 0 ? null : places(page, bytes);
            int present = places == null
                    ? page.values
                    : (int) Arrays.stream(places).filter(place -> place >= 0).count();
            return switch (page.encoding) {
                case PLAIN -> new Decoded(bytes, null, places, present);
                case PLAIN_DICTIONARY, RLE_DICTIONARY -> isDictionary
                        ? new Decoded(bytes, null, places, present)
                        : new Decoded(bytes, indices(bytes, present), places, present);
                default -> throw new IOException("the column " + column.path() + " has the encoding " + page.encoding
                        + ", which is not read; write the file with plain or dictionary encoding");
            };
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new IOException("a page of the column " + column.path() + " is damaged", e);
        }
    }

    private static int[] indices(ByteBuffer bytes, int count) throws IOException {
        return count == 0 ? new int[0] : hybrid(bytes, bytes.get() & 0xFF, count);
    }

    /// The places of the rows' values among those that are not null, by the levels of definition.
    private int[] places(Page page, ByteBuffer bytes) throws IOException {
        ByteBuffer levels;
        if (page.levels.isPresent()) {
            levels = bytes.slice(page.levels.get().repetitionBytes, page.levels.get().bytes);
            bytes.position(page.levels.get().repetitionBytes + page.levels.get().bytes);
        } else {
            int length = bytes.getInt();
            levels = bytes.slice(bytes.position(), length);
            bytes.position(bytes.position() + length);
        }
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(column.optional());
        int[] found = hybrid(levels, bits, page.values);
        int place = 0;
        for (int i = 0; i < found.length; i++) {
            found[i] = found[i] == column.optional() ? place++ : -1;
        }
        return found;
    }

    private ByteBuffer content(Page page) throws IOException {
        Chunk chunk = chunks.get(page.chunk);
        byte[] stored = MappedFile.read(chunk.bytes, page.offset, page.compressed);
        int levels = page.levels.map(one -> Math.addExact(one.bytes, one.repetitionBytes)).orElse(0);
        boolean isCompressed = page.levels.map(Levels::compressed).orElse(true);
        int size = page.uncompressed - levels;
        if (levels < 0 || levels > stored.length || size < 0) {
            throw new IndexOutOfBoundsException("levels");
        }
        InputStream in = new ByteArrayInputStream(stored, levels, stored.length - levels);
        int codec = isCompressed ? chunk.codec : 0;
        byte[] values;
        try (InputStream open = switch (codec) {
            case 0 -> in;
            case 1 -> new SnappyCompressorInputStream(in);
            case 2 -> new GZIPInputStream(in);
            default -> throw new IOException("it is compressed with " + (codec > 0 && codec < CODECS.size()
                    ? CODECS.get(codec)
                    : "method " + codec) + ", which is not read; write it with Snappy");
        }) {
            values = open.readNBytes(size); // grows with what is there, whatever the header says
        }
        if (values.length < size) {
            throw new IndexOutOfBoundsException("a page of " + values.length + " bytes, not " + size);
        }
        if (levels == 0) {
            return ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN);
        }
        byte[] whole = Arrays.copyOf(stored, levels + values.length);
        System.arraycopy(values, 0, whole, levels, values.length);
        return ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
    }

    private List<Object> values(ByteBuffer bytes, int count) throws IOException {
        List<Object> values = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                values.add(switch (column.type()) {
                    case Column.INT32 -> (Object) (long) bytes.getInt();
                    case Column.INT64 -> bytes.getLong();
                    default -> StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(next(bytes))).toString();
                });
            }
        } catch (CharacterCodingException e) { // two labels would become one class
            throw new IOException("the column " + column.path() + " holds a text that is not UTF-8", e);
        } catch (BufferUnderflowException e) {
            throw new IOException("a page of the column " + column.path() + " is damaged", e);
        }
        return values;
    }

    private byte[] plain(ByteBuffer bytes, int index) throws IOException {
        try {
            for (int i = 0; i < index; i++) {
                int length = bytes.getInt();
                if (length < 0 || length > bytes.remaining()) {
                    throw new BufferUnderflowException();
                }
                bytes.position(bytes.position() + length);
            }
            return next(bytes);
        } catch (BufferUnderflowException e) {
            throw new IOException("a page of the column " + column.path() + " is damaged", e);
        }
    }

    private static byte[] next(ByteBuffer bytes) {
        int length = bytes.getInt();
        if (length < 0 || length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] value = new byte[length];
        bytes.get(value);
        return value;
    }

    /// Runs of one value and groups of eight packed ones, of up to 32 bits.
    private static int[] hybrid(ByteBuffer bytes, int bits, int count) throws IOException {
        if (bits > Integer.SIZE) {
            throw new IndexOutOfBoundsException("values of " + bits + " bits");
        }
        int[] values = new int[1024];
        int size = 0;
        while (size < count) {
            long header = 0;
            int shift = 0;
            byte next;
            do {
                next = bytes.get();
                header |= (long) (next & 0x7F) << shift;
                shift += 7;
            } while (next < 0 && shift < 35);
            boolean isPacked = (header & 1) != 0;
            long length = Math.min((header >>> 1) * (isPacked ? Byte.SIZE : 1), count - size);
            if (length == 0) {
                throw new IndexOutOfBoundsException("an empty run");
            }
            if (isPacked && Math.ceilDiv(length * bits, Byte.SIZE) > bytes.remaining()) {
                throw new BufferUnderflowException();
            }
            if (size + length > values.length) {
                values = Arrays.copyOf(values,
                        Math.max((int) (size + length), (int) Math.min(count, 2L * values.length)));
            }
            if (isPacked) {
                size = unpack(bytes, bits, (int) (header >>> 1), values, size, (int) length);
            } else {
                int value = 0;
                for (int i = 0; i < Math.ceilDiv(bits, Byte.SIZE); i++) {
                    value |= (bytes.get() & 0xFF) << (Byte.SIZE * i);
                }
                Arrays.fill(values, size, size + (int) length, value);
                size += (int) length;
            }
        }
        return Arrays.copyOf(values, count);
    }

    private static int unpack(ByteBuffer bytes, int bits, int groups, int[] values, int from, int length) {
        int start = bytes.position();
        for (int i = 0; i < length; i++) {
            long value = 0;
            for (int bit = 0; bit < bits; bit++) {
                long at = (long) i * bits + bit;
                value |= (long) (bytes.get(start + (int) (at >>> 3)) >>> (at & 7) & 1) << bit;
            }
            values[from + i] = (int) value;
        }
        bytes.position((int) Math.min(bytes.limit(), start + (long) groups * bits));
        return from + length;
    }
}
