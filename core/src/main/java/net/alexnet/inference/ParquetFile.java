package net.alexnet.inference;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.ListType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.StringType;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;

/// Apache Parquet, as `parquet-format` specifies it, with the columns
///
/// ```
/// required binary file (STRING);
/// optional binary label (STRING);
/// required group features (LIST) { repeated group list { required float element; } }
/// ```
///
/// Headers and footer are Parquet's own Thrift structures. The pages are the simplest there are: plain values, not compressed,
/// version 1; and the levels of lists of one length are runs of few bytes. Parquet's whole writer would need Hadoop on the
/// class path, some forty times as large.
///
/// A row group holds about 32 MiB, which is what writing takes of memory; a page about 1 MiB.
final class ParquetFile implements FeatureFile {
    private static final int GROUP_BYTES = 32 << 20;
    private static final int PAGE_BYTES = 1 << 20;
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final List<String> FEATURES = List.of("features", "list", "element");

    private final Draft draft;
    private final int length;
    private final List<FeatureRow> pending = new ArrayList<>();
    private final List<RowGroup> groups = new ArrayList<>();
    private long rows;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record FeatureRow(String file, Optional<String> label, byte[] features) {}

    /// A page's values behind its levels.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Page(int values, byte[] bytes) {}

    ParquetFile(Path target, int length) throws IOException {
        this.length = length;
        this.draft = new Draft(target);
        draft.write(MAGIC);
    }

    @Override
    public void add(String file, Optional<String> label, float[] features) throws IOException {
        Draft.requireLength(features, length);
        pending.add(new FeatureRow(file, label, Draft.littleEndian(features)));
        if (pending.size() >= rowsOf(GROUP_BYTES)) {
            writeGroup();
        }
    }

    private int rowsOf(int bytes) {
        return Math.max(1, bytes / (length * Float.BYTES));
    }

    @Override
    public void finish() throws IOException {
        if (!pending.isEmpty()) {
            writeGroup();
        }
        ByteArrayOutputStream footer = new ByteArrayOutputStream();
        FileMetaData meta = new FileMetaData(1, schema(), rows, groups);
        meta.setCreated_by("net.alexnet");
        Util.writeFileMetaData(meta, footer);
        draft.write(footer.toByteArray());
        draft.write(littleEndian(footer.size()));
        draft.write(MAGIC);
        draft.finish();
    }

    @Override
    public void close() throws IOException {
        draft.close();
    }

    // --- schema ------------------------------------------------------------------------------------------------------

    private static List<SchemaElement> schema() {
        return List.of(
                group("schema", 3),
                string("file", FieldRepetitionType.REQUIRED),
                string("label", FieldRepetitionType.OPTIONAL),
                group("features", 1).setRepetition_type(FieldRepetitionType.REQUIRED)
                        .setConverted_type(ConvertedType.LIST).setLogicalType(LogicalType.LIST(new ListType())),
                group("list", 1).setRepetition_type(FieldRepetitionType.REPEATED),
                new SchemaElement("element").setType(Type.FLOAT).setRepetition_type(FieldRepetitionType.REQUIRED));
    }

    private static SchemaElement group(String name, int children) {
        return new SchemaElement(name).setNum_children(children);
    }

    private static SchemaElement string(String name, FieldRepetitionType repetition) {
        return new SchemaElement(name).setType(Type.BYTE_ARRAY).setRepetition_type(repetition)
                .setConverted_type(ConvertedType.UTF8).setLogicalType(LogicalType.STRING(new StringType()));
    }

    // --- data --------------------------------------------------------------------------------------------------------

    private void writeGroup() throws IOException {
        long start = draft.written();
        List<ColumnChunk> columns = List.of(
                chunk(List.of("file"), Type.BYTE_ARRAY, List.of(files())),
                chunk(List.of("label"), Type.BYTE_ARRAY, List.of(labels())),
                chunk(FEATURES, Type.FLOAT, features()));
        long bytes = draft.written() - start;
        groups.add(new RowGroup(columns, bytes, pending.size()).setFile_offset(start).setTotal_compressed_size(bytes)
                .setOrdinal((short) groups.size()));
        rows += pending.size();
        pending.clear();
    }

    private ColumnChunk chunk(List<String> path, Type type, List<Page> pages) throws IOException {
        long start = draft.written();
        long values = 0;
        for (Page page : pages) {
            PageHeader header = new PageHeader(PageType.DATA_PAGE, page.bytes().length, page.bytes().length);
            header.setData_page_header(
                    new DataPageHeader(page.values(), Encoding.PLAIN, Encoding.RLE, Encoding.RLE));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            Util.writePageHeader(header, bytes);
            draft.write(bytes.toByteArray());
            draft.write(page.bytes());
            values += page.values();
        }
        long bytes = draft.written() - start;
        return new ColumnChunk(0).setMeta_data(new ColumnMetaData(type, List.of(Encoding.PLAIN, Encoding.RLE), path,
                CompressionCodec.UNCOMPRESSED, values, bytes, bytes, start));
    }

    private Page files() {
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        pending.forEach(row -> text(row.file(), page));
        return new Page(pending.size(), page.toByteArray());
    }

    private Page labels() {
        Levels defined = new Levels();
        ByteArrayOutputStream values = new ByteArrayOutputStream();
        for (FeatureRow row : pending) {
            defined.add(row.label().isPresent() ? 1 : 0, 1);
            row.label().ifPresent(label -> text(label, values));
        }
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        page.writeBytes(defined.bytes());
        page.writeBytes(values.toByteArray());
        return new Page(pending.size(), page.toByteArray());
    }

    private List<Page> features() {
        List<Page> pages = new ArrayList<>();
        for (int from = 0; from < pending.size(); from += rowsOf(PAGE_BYTES)) {
            List<FeatureRow> some = pending.subList(from, Math.min(pending.size(), from + rowsOf(PAGE_BYTES)));
            Levels repeated = new Levels();
            Levels defined = new Levels();
            for (int i = 0; i < some.size(); i++) {
                repeated.add(0, 1); // a list begins
                repeated.add(1, length - 1); // and goes on
            }
            defined.add(1, some.size() * length);
            ByteArrayOutputStream page = new ByteArrayOutputStream(some.size() * (length + 2) * Float.BYTES);
            page.writeBytes(repeated.bytes());
            page.writeBytes(defined.bytes());
            some.forEach(row -> page.writeBytes(row.features()));
            pages.add(new Page(some.size() * length, page.toByteArray()));
        }
        return pages;
    }

    private static void text(String text, ByteArrayOutputStream page) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        page.writeBytes(littleEndian(bytes.length));
        page.writeBytes(bytes);
    }

    private static byte[] littleEndian(int value) {
        return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
    }

    /// Repetition or definition levels of 0 and 1 as runs (`RLE`): each a varint of twice its length and a byte of its level,
    /// behind the number of all bytes.
    private static final class Levels {
        private final ByteArrayOutputStream runs = new ByteArrayOutputStream();
        private int level;
        private int count;

        void add(int next, int times) {
            if (next != level) {
                writeRun();
                level = next;
            }
            count += times;
        }

        private void writeRun() {
            if (count > 0) {
                int header = count << 1;
                for (; header >= 0x80; header >>>= 7) {
                    runs.write((header & 0x7f) | 0x80);
                }
                runs.write(header);
                runs.write(level);
            }
            count = 0;
        }

        byte[] bytes() {
            writeRun();
            byte[] all = new byte[Integer.BYTES + runs.size()];
            System.arraycopy(littleEndian(runs.size()), 0, all, 0, Integer.BYTES);
            System.arraycopy(runs.toByteArray(), 0, all, Integer.BYTES, runs.size());
            return all;
        }
    }
}
