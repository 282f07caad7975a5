package net.alexnet.interop.parquet;

import module java.base;
import net.alexnet.interop.parquet.Thrift.Struct;
import net.alexnet.io.MappedFile;

/// A Parquet file: its description, and its columns that are not repeated.
///
/// ```
/// "PAR1", pages …, the description (FileMetaData), its length in 4 bytes, "PAR1"
/// ```
///
/// Every size is compared with the bytes that are there. Errors are [IOException]s whose message lacks the file.
final class ParquetFile {
    private static final int MAGIC = 0x31524150; // "PAR1", little-endian
    private static final int ENCRYPTED = 0x45524150; // "PARE"
    private static final int MOST_DESCRIPTION = 64 << 20;

    private final MemorySegment bytes;
    private final long rows;
    private final List<Struct> groups;
    private final List<Column> columns;
    private final Map<String, String> metadata = new HashMap<>();

    /// A column of values.
    ///
    /// @param path the names of the groups that it is in and its own, with dots between them
    /// @param index among the columns of a row group
    /// @param type the number of its physical type
    /// @param optional how many of the groups and itself may be null
    record Column(String path, int index, int type, int optional) {
        static final int INT32 = 1;
        static final int INT64 = 2;
        static final int BYTES = 6;
    }

    private ParquetFile(MemorySegment bytes, Struct description) throws IOException {
        this.bytes = bytes;
        this.rows = description.number(3, -1);
        this.groups = description.list(4, Struct.class);
        long most = Math.min(bytes.byteSize(), Integer.MAX_VALUE - 8); // a picture takes a byte or more
        if (rows < 0 || rows > most) {
            throw new IOException("it claims to have " + rows + " rows; the limit is " + most);
        }
        List<Column> found = new ArrayList<>();
        Iterator<Struct> schema = description.list(2, Struct.class).iterator();
        if (schema.hasNext()) {
            walk(schema, "", schema.next().number(5, 0), 0, false, found, new int[1]);
        }
        this.columns = List.copyOf(found);
        for (Struct pair : description.list(5, Struct.class)) {
            pair.text(2).ifPresent(value -> metadata.put(pair.text(1).orElse(""), value));
        }
    }

    static ParquetFile open(Path file) throws IOException {
        MemorySegment bytes = MappedFile.open(file);
        if (bytes.byteSize() < 12) {
            throw new IOException("it has " + bytes.byteSize() + " bytes");
        }
        ByteBuffer end = read(bytes, bytes.byteSize() - 8, 8);
        int length = end.getInt();
        int magic = end.getInt();
        if (magic == ENCRYPTED) {
            throw new IOException("it is encrypted");
        }
        if (magic != MAGIC || read(bytes, 0, 4).getInt() != MAGIC) {
            throw new IOException("it does not begin and end with PAR1, so it is cut short or something else");
        }
        if (length < 0 || length > Math.min(MOST_DESCRIPTION, bytes.byteSize() - 12)) {
            throw new IOException("its description has " + Integer.toUnsignedString(length) + " bytes");
        }
        return new ParquetFile(bytes, Thrift.read(read(bytes, bytes.byteSize() - 8 - length, length)));
    }

    /// The schema lists a group before its children.
    private static void walk(Iterator<Struct> schema, String prefix, long children, int optional, boolean repeated,
            List<Column> found, int[] leaves) throws IOException {
        for (long i = 0; i < children; i++) {
            if (!schema.hasNext() || prefix.length() > 1000) {
                throw new IOException("its schema is cut or too deep");
            }
            Struct element = schema.next();
            String path = prefix + element.text(4).orElse("");
            int repetition = (int) element.number(3, 0);
            int nulls = optional + (repetition == 1 ? 1 : 0);
            boolean list = repeated || repetition == 2;
            long below = element.number(5, 0);
            if (below > 0) {
                walk(schema, path + ".", below, nulls, list, found, leaves);
                continue;
            }
            int index = leaves[0]++;
            if (!list) {
                found.add(new Column(path, index, (int) element.number(1, -1), nulls));
            }
        }
    }

    private static ByteBuffer read(MemorySegment bytes, long offset, int length) throws IOException {
        return ByteBuffer.wrap(MappedFile.read(bytes, offset, length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// How many rows it says to have.
    int rows() {
        return (int) rows;
    }

    /// A text beside the data, by its name.
    Optional<String> metadata(String key) {
        return Optional.ofNullable(metadata.get(key));
    }

    /// A column by its path.
    Optional<Column> column(String path) {
        return columns.stream().filter(column -> column.path.equals(path)).findFirst();
    }

    /// The pages of a column, found by their headers.
    Pages pages(Column column) throws IOException {
        List<Pages.Chunk> chunks = new ArrayList<>();
        for (Struct group : groups) {
            List<Struct> all = group.list(1, Struct.class);
            Struct chunk = (column.index < all.size() ? all.get(column.index).struct(3) : Optional.<Struct>empty())
                    .orElseThrow(() -> new IOException("a row group lacks the column " + column.path));
            long first = chunk.number(9, -1);
            long dictionary = chunk.number(11, -1);
            long start = dictionary > 0 ? Math.min(first, dictionary) : first;
            long length = chunk.number(7, -1);
            if (chunk.number(1, -1) != column.type || start < 4 || length < 0 || start > bytes.byteSize() - length) {
                throw new IOException("a chunk of the column " + column.path + " is outside of it");
            }
            chunks.add(new Pages.Chunk(bytes.asSlice(start, length), (int) chunk.number(4, 0), group.number(3, -1)));
        }
        return new Pages(column, chunks, rows());
    }
}
