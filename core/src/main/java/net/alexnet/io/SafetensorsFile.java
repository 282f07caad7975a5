package net.alexnet.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import module java.base;
import net.alexnet.tensor.Shape;
import org.jspecify.annotations.Nullable;

/// Opens safetensors files of any size as mapped memory; [Safetensors] describes the format.
///
/// A file is taken for hostile: its whole layout is checked when it is opened, before anything is allocated that it asks
/// for.
///
/// A file that another program cuts while it is mapped can fail a reader in Java with an error, and a native one with the
/// end of the process; [Safetensors#write] never changes a file, but replaces it.
public final class SafetensorsFile {
    private static final String EXPECTED = "a safetensors file";
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// No network of ours has a hundredth of it, and an error must be able to name them.
    private static final int MAX_TENSORS = 20_000;

    // {"name": {"shape": [ is the deepest that the format knows.
    private static final JsonFactory JSON = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(3).maxNumberLength(20)
                    .maxNameLength(Safetensors.HEADER_LIMIT).maxStringLength(Safetensors.HEADER_LIMIT).build())
            .build();

    /// What the header says of a tensor.
    ///
    /// @param begin its first byte, counted from the start of the data
    /// @param end the byte after its last
    private record Entry(String name, Dtype dtype, Shape shape, long begin, long end) {}

    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<Entry> entries = new ArrayList<>();

    private SafetensorsFile() {}

    /// Opens and checks a file that is unmapped when it is closed. Values that were read are copies.
    ///
    /// @throws WeightFileException if it cannot be read or breaks the format, naming the file, the tensor, what was
    ///     expected and what was found
    @SuppressWarnings("MustBeClosedChecker") // the file that is returned closes the arena
    public static WeightFile open(Path file) throws WeightFileException {
        Arena arena = Arena.ofShared();
        try {
            return parse(file, MappedFile.map(file, arena, EXPECTED), arena);
        } catch (WeightFileException | RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /// Opens and checks a file whose values may be used after it is closed: it stays mapped until nothing refers to a
    /// part of it any more. Every page is brought into memory.
    ///
    /// @throws WeightFileException as from [#open], or if the disk does not give a page
    public static MappedWeights openLasting(Path file) throws WeightFileException {
        MemorySegment mapped = MappedFile.map(file, Arena.ofAuto(), EXPECTED);
        MappedWeights result = parse(file, mapped, null);
        MappedFile.load(file, mapped);
        return result;
    }

    private static MappedWeights parse(Path file, MemorySegment mapped, @Nullable Arena arena)
            throws WeightFileException {
        MemorySegment header = header(file, mapped);
        SafetensorsFile parser = new SafetensorsFile();
        try {
            parser.readHeader(header.toArray(ValueLayout.JAVA_BYTE));
        } catch (IOException e) {
            throw new WeightFileException(file, "not a safetensors file, or damaged: " + AtomicFiles.reason(e), e);
        }
        MemorySegment data = mapped.asSlice(Long.BYTES + header.byteSize());
        return new MappedWeights(file, parser.metadata, scaled(parser.parts(file, data)), arena);
    }

    private static MemorySegment header(Path file, MemorySegment mapped) throws WeightFileException {
        long size = mapped.byteSize();
        if (size < Long.BYTES) {
            throw new WeightFileException(file, "not a safetensors file: it has " + size + " bytes, and needs at least "
                    + Long.BYTES);
        }
        long length = mapped.get(LENGTH, 0);
        long rest = size - Long.BYTES;
        if (length > rest && rest > 0 && mapped.get(ValueLayout.JAVA_BYTE, Long.BYTES) == '{') {
            throw new WeightFileException(file,
                    "is cut: its header has " + length + " bytes, and the file " + size);
        }
        if (length < 0 || length > Math.min(rest, Safetensors.HEADER_LIMIT)) {
            throw new WeightFileException(file,
                    "not a safetensors file, or cut: its first 8 bytes announce a header of "
                            + Long.toUnsignedString(length) + " bytes; the file has " + size + ", and the limit is "
                            + Safetensors.HEADER_LIMIT);
        }
        return mapped.asSlice(Long.BYTES, length);
    }

    /// The tensors in the order of their data, which they must cover without gap or overlap.
    private Map<String, MappedWeights.Part> parts(Path file, MemorySegment data) throws WeightFileException {
        entries.sort(Comparator.comparingLong(Entry::begin));
        Map<String, MappedWeights.Part> parts = new LinkedHashMap<>();
        long covered = 0;
        for (Entry entry : entries) {
            String where = "tensor '" + entry.name() + "'";
            if (entry.begin() != covered || entry.end() < entry.begin()) {
                throw new WeightFileException(file, where + " lies at bytes " + entry.begin() + " to " + entry.end()
                        + " of the data; it must start at " + covered + ", where the one before it ends");
            }
            long needed = entry.shape().elements() * entry.dtype().bytes();
            if (entry.end() - entry.begin() != needed) {
                throw new WeightFileException(file, where + " of shape " + entry.shape() + " and type " + entry.dtype()
                        + " needs " + needed + " bytes, and has " + (entry.end() - entry.begin()));
            }
            covered = entry.end();
            if (covered <= data.byteSize()) { // else the file is refused below
                parts.put(entry.name(),
                        new MappedWeights.Part(entry.shape(), entry.dtype(), data.asSlice(entry.begin(), needed)));
            }
        }
        if (covered != data.byteSize()) {
            throw new WeightFileException(file, "the tensors cover " + covered + " bytes of data, the file has "
                    + data.byteSize() + (covered > data.byteSize() ? ": it is cut" : ""));
        }
        return parts;
    }

    /// Joins whole numbers with the tensor of their scales, as [DenseWeights#INT8] has them; other tensors stay as they are.
    private static Map<String, MappedWeights.Stored> scaled(Map<String, MappedWeights.Part> parts) {
        Map<String, MappedWeights.Stored> joined = new LinkedHashMap<>(parts);
        parts.forEach((name, part) -> {
            MappedWeights.Part scales = parts.get(name + DenseWeights.SCALE);
            if (part.dtype() == Dtype.I8 && part.shape().rank() == 2 && scales != null && scales.dtype() == Dtype.F32
                    && scales.shape().equals(Shape.of(part.shape().dim(0)))) {
                joined.put(name, new MappedWeights.Scaled(part.shape(), part.bytes(), scales.bytes()));
                joined.remove(name + DenseWeights.SCALE);
            }
        });
        return joined;
    }

    // --- the header; allocations are in proportion to its bytes, whatever it claims -----------------------------------

    private void readHeader(byte[] bytes) throws IOException {
        if (bytes.length == 0 || bytes[0] != '{') {
            throw new IOException("the header does not start with '{'");
        }
        // A strict decoder: by itself the parser would guess at other encodings.
        try (InputStreamReader text = new InputStreamReader(new ByteArrayInputStream(bytes),
                StandardCharsets.UTF_8.newDecoder());
                JsonParser json = JSON.createParser(text)) {
            expect(json, json.nextToken(), JsonToken.START_OBJECT, "the header");
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                if (name.equals(Safetensors.METADATA)) {
                    readMetadata(json);
                } else if (entries.size() == MAX_TENSORS) {
                    throw new IOException("the header has more than " + MAX_TENSORS + " tensors, the limit");
                } else {
                    entries.add(readEntry(json, name));
                }
            }
            expect(json, json.currentToken(), JsonToken.END_OBJECT, "the header");
            if (json.nextToken() != null) {
                throw new IOException("the header goes on after its closing '}'");
            }
        }
    }

    private void readMetadata(JsonParser json) throws IOException {
        expect(json, json.nextToken(), JsonToken.START_OBJECT, Safetensors.METADATA);
        for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
            expect(json, json.nextToken(), JsonToken.VALUE_STRING, Safetensors.METADATA + " '" + key + "'");
            metadata.put(key, json.getText());
        }
        expect(json, json.currentToken(), JsonToken.END_OBJECT, Safetensors.METADATA);
    }

    private static Entry readEntry(JsonParser json, String name) throws IOException {
        String where = "tensor '" + name + "'";
        Dtype dtype = null;
        List<Long> extents = null;
        List<Long> offsets = null;
        expect(json, json.nextToken(), JsonToken.START_OBJECT, where);
        for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
            switch (key) {
                case "dtype" -> {
                    expect(json, json.nextToken(), JsonToken.VALUE_STRING, where + ": dtype");
                    String type = json.getText();
                    dtype = Dtype.named(type).orElseThrow(
                            () -> new IOException(where + ": the dtype '" + type + "' is not one of safetensors'"));
                }
                case "shape" -> extents = readNumbers(json, where + ": shape", MappedWeights.MAX_RANK);
                case "data_offsets" -> offsets = readNumbers(json, where + ": data_offsets", 2);
                default -> throw new IOException(where + ": '" + key + "' is not a key of safetensors");
            }
        }
        expect(json, json.currentToken(), JsonToken.END_OBJECT, where);
        if (dtype == null || extents == null || offsets == null || offsets.size() != 2) {
            throw new IOException(where + " needs a dtype, a shape and two data_offsets");
        }
        List<Long> stated = extents;
        Shape shape;
        try {
            shape = MappedWeights.shape(stated)
                    .orElseThrow(() -> new IOException("has the shape " + stated + "; every extent must be 1 or more"));
        } catch (IOException e) {
            throw new IOException(where + " " + e.getMessage(), e);
        }
        return new Entry(name, dtype, shape, offsets.get(0), offsets.get(1));
    }

    private static List<Long> readNumbers(JsonParser json, String where, int limit) throws IOException {
        List<Long> numbers = new ArrayList<>();
        expect(json, json.nextToken(), JsonToken.START_ARRAY, where);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(json, json.currentToken(), JsonToken.VALUE_NUMBER_INT, where);
            long number = json.getLongValue();
            if (number < 0) {
                throw new IOException(where + " has the negative number " + number);
            }
            if (numbers.size() == limit) {
                throw new IOException(where + " has more than " + limit + " numbers");
            }
            numbers.add(number);
        }
        return numbers;
    }

    private static void expect(JsonParser json, @Nullable JsonToken found, JsonToken expected, String where)
            throws IOException {
        if (found != expected) {
            throw new IOException(where + ": expected " + expected + ", found " + found + " at character "
                    + json.currentTokenLocation().getCharOffset());
        }
    }
}
