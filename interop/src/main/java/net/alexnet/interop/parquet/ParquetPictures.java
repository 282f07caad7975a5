package net.alexnet.interop.parquet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import module java.base;
import net.alexnet.data.Content;
import net.alexnet.data.DatasetException;
import net.alexnet.data.PictureTable;
import net.alexnet.data.Sample;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.interop.parquet.ParquetFile.Column;
import net.alexnet.io.AtomicFiles;
import org.jspecify.annotations.Nullable;

/// Parquet files as Hugging Face's `datasets` writes them: a group with `bytes` for the picture, and a number or a text for
/// the label. The `huggingface` metadata say which columns these are and name the classes; without them, the columns are
/// `image` or `img`, and `label` or `class`.
public final class ParquetPictures implements PictureTable.Reader {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> IMAGES = List.of("image", "img");
    private static final List<String> LABELS = List.of("label", "labels", "class", "fine_label");

    @Override
    public boolean reads(String name) {
        return name.endsWith(".parquet");
    }

    @Override
    public PictureTable open(Path file) throws IOException {
        try {
            return table(file, ParquetFile.open(file));
        } catch (DatasetException e) {
            throw e;
        } catch (IOException e) {
            throw new DatasetException(file + " cannot be read as Parquet: " + AtomicFiles.reason(e)
                    + ". Download or write it again", e);
        }
    }

    private static PictureTable table(Path file, ParquetFile parquet) throws IOException {
        JsonNode features = features(parquet);
        Column image = column(parquet, ofType(features, "Image"), IMAGES, Set.of(Column.BYTES))
                .orElseThrow(() -> new DatasetException(file + " has no column of pictures; expected one named "
                        + String.join(" or ", IMAGES) + ", with the bytes of image files"));
        Column label = column(parquet, ofType(features, "ClassLabel"), LABELS,
                Set.of(Column.INT32, Column.INT64, Column.BYTES))
                .orElseThrow(() -> new DatasetException(file + " has no column of labels; expected one named "
                        + String.join(" or ", LABELS) + ", with numbers or names of classes"));
        Codes codes = new Codes(file);
        parquet.pages(label).forEach(codes::add);
        List<String> classes = new ArrayList<>();
        features.path(label.path()).path("names").forEach(name -> classes.add(name.asText()));
        Pages pictures = parquet.pages(image);
        long changed = Files.getLastModifiedTime(file).toMillis();
        return new PictureTable(classes, List.copyOf(codes.known.keySet()),
                Arrays.copyOf(codes.codes, codes.size), row -> new Picture(file, pictures, row, changed));
    }

    /// What `datasets` notes of the columns, by their names.
    private static JsonNode features(ParquetFile parquet) throws IOException {
        try {
            return JSON.readTree(parquet.metadata("huggingface").orElse("{}")).path("info").path("features");
        } catch (JsonProcessingException e) {
            throw new IOException("its huggingface metadata are no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static List<String> ofType(JsonNode features, String type) {
        return features.properties().stream()
                .filter(feature -> feature.getValue().path("_type").asText().equals(type)).map(Map.Entry::getKey)
                .toList();
    }

    /// The column that the metadata name, if it is only one, or else the first with a usual name.
    private static Optional<Column> column(ParquetFile parquet, List<String> noted, List<String> usual,
            Set<Integer> types) {
        List<String> names = noted.size() == 1 ? noted : usual;
        return names.stream().flatMap(name -> Stream.of(name + ".bytes", name))
                .flatMap(path -> parquet.column(path).stream()).filter(column -> types.contains(column.type()))
                .findFirst();
    }

    /// Numbers the different labels.
    private static final class Codes {
        private final Path file;
        private final Map<String, Integer> known = new LinkedHashMap<>();
        private int[] codes = new int[1024];
        private int size;

        Codes(Path file) {
            this.file = file;
        }

        void add(@Nullable Object value) throws DatasetException {
            if (value == null) {
                throw new DatasetException("row " + size + " of " + file + " has no label");
            }
            if (size == codes.length) {
                codes = Arrays.copyOf(codes, size + size / 2);
            }
            codes[size++] = known.computeIfAbsent(value.toString(), _ -> known.size());
        }
    }

    /// A picture in a row.
    private record Picture(Path file, Pages pages, int row, long changed) implements Sample.Source {
        @Override
        public Content content() throws IOException, UnreadableImageException {
            Optional<byte[]> bytes;
            try {
                bytes = pages.bytes(row);
            } catch (IOException e) {
                throw new UnreadableImageException("row " + row + " of " + file.getFileName() + " is damaged: "
                        + AtomicFiles.reason(e));
            }
            byte[] content = bytes.orElseThrow(() -> new UnreadableImageException("the row has no bytes"));
            Content.requireSize(content.length);
            return new Content.Encoded(content);
        }

        /// Made of the row and the time of the file's last change.
        @Override
        public long stamp() {
            return 31 * changed + row;
        }
    }
}
