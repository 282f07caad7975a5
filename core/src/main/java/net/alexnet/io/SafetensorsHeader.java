package net.alexnet.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.tensor.Shape;

/// What a safetensors header says, before anything of it is believed but its grammar.
///
/// @param metadata the file's own words about itself, in file order
/// @param tensors by name, in the header's order
record SafetensorsHeader(Map<String, String> metadata, Map<String, Location> tensors) {
    /// Where a tensor lies.
    ///
    /// @param begin its first byte, counted from the start of the data
    /// @param end the byte after its last
    record Location(Dtype dtype, Shape shape, long begin, long end) {}

    // {"name": {"shape": [ is the deepest that the format knows.
    private static final JsonFactory JSON = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(3).maxNumberLength(20)
                    .maxNameLength(Safetensors.HEADER_LIMIT).maxStringLength(Safetensors.HEADER_LIMIT).build())
            .build();

    /// No network of ours has a hundredth of it, and an error must be able to name them.
    private static final int MAX_TENSORS = 20_000;

    SafetensorsHeader {
        metadata = Collections.unmodifiableMap(metadata);
        tensors = Collections.unmodifiableMap(tensors);
    }

    /// Reads a header; allocates in proportion to its bytes, whatever they say.
    ///
    /// @throws IOException if it breaks the grammar; the message says where, but not in which file
    static SafetensorsHeader parse(byte[] bytes) throws IOException {
        if (bytes.length == 0 || bytes[0] != '{') {
            throw new IOException("the header does not start with '{'");
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        Map<String, Location> tensors = new LinkedHashMap<>();
        // Strict: by itself the parser would guess at other encodings.
        try (InputStreamReader text = new InputStreamReader(new ByteArrayInputStream(bytes),
                StandardCharsets.UTF_8.newDecoder());
                JsonParser json = JSON.createParser(text)) {
            expect(json, json.nextToken(), JsonToken.START_OBJECT, "the header");
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                if (name.equals(Safetensors.METADATA)) {
                    readMetadata(json, metadata);
                } else if (tensors.size() == MAX_TENSORS) {
                    throw new IOException("the header has more than " + MAX_TENSORS + " tensors, the limit");
                } else {
                    tensors.put(name, readLocation(json, "tensor '" + name + "'"));
                }
            }
            expect(json, json.currentToken(), JsonToken.END_OBJECT, "the header");
            if (json.nextToken() != null) {
                throw new IOException("the header goes on after its closing '}'");
            }
        }
        return new SafetensorsHeader(metadata, tensors);
    }

    private static void readMetadata(JsonParser json, Map<String, String> metadata) throws IOException {
        expect(json, json.nextToken(), JsonToken.START_OBJECT, Safetensors.METADATA);
        for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
            expect(json, json.nextToken(), JsonToken.VALUE_STRING, Safetensors.METADATA + " '" + key + "'");
            metadata.put(key, json.getText());
        }
        expect(json, json.currentToken(), JsonToken.END_OBJECT, Safetensors.METADATA);
    }

    private static Location readLocation(JsonParser json, String where) throws IOException {
        Dtype dtype = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        expect(json, json.nextToken(), JsonToken.START_OBJECT, where);
        for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
            switch (key) {
                case "dtype" -> {
                    expect(json, json.nextToken(), JsonToken.VALUE_STRING, where + ": dtype");
                    String name = json.getText();
                    dtype = Dtype.named(name).orElseThrow(
                            () -> new IOException(where + ": the dtype '" + name + "' is not one of safetensors'"));
                }
                case "shape" -> shape = readNumbers(json, where + ": shape", Extents.MAX_RANK);
                case "data_offsets" -> offsets = readNumbers(json, where + ": data_offsets", 2);
                default -> throw new IOException(where + ": '" + key + "' is not a key of safetensors");
            }
        }
        expect(json, json.currentToken(), JsonToken.END_OBJECT, where);
        if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
            throw new IOException(where + " needs a dtype, a shape and two data_offsets");
        }
        return new Location(dtype, shapeOf(shape, where), offsets.get(0), offsets.get(1));
    }

    private static Shape shapeOf(List<Long> dims, String where) throws IOException {
        List<Integer> extents = new ArrayList<>();
        for (long dim : dims) {
            if (dim < 1 || dim > Integer.MAX_VALUE) {
                throw new IOException(where + ": every extent must be 1 to " + Integer.MAX_VALUE + ", found " + dims);
            }
            extents.add((int) dim);
        }
        return new Shape(extents);
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

    private static void expect(JsonParser json, JsonToken found, JsonToken expected, String where)
            throws IOException {
        if (found != expected) {
            throw new IOException(where + ": expected " + expected + ", found " + found + " at character "
                    + json.currentTokenLocation().getCharOffset());
        }
    }
}
