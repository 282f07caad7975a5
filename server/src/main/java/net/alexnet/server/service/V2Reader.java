package net.alexnet.server.service;

import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import module java.base;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Json;
import net.alexnet.server.service.WireRequest.Data;
import org.jspecify.annotations.Nullable;

/// Reads a request of the protocol from JSON and the binary data behind it.
///
/// It reads token by token: a tree of a body of 16 MiB of small numbers would take hundreds of megabytes.
final class V2Reader {
    /// The most inputs, outputs and parameters, each.
    private static final int MOST = 64;

    private final JsonParser parser;
    private final byte[] body;
    /// Where the binary data of the next input begins.
    private int binary;

    private V2Reader(JsonParser parser, byte[] body, int json) {
        this.parser = parser;
        this.body = body;
        this.binary = json;
    }

    /// @param json how many bytes of the body are JSON; what follows is binary data
    /// @throws HttpFailure of status 400 if it is not of this form
    static WireRequest read(byte[] body, int json) throws HttpFailure {
        if (json == 0) {
            throw new HttpFailure(400, "the body is empty; expected a JSON object, or a picture with its Content-Type");
        }
        try (JsonParser parser = Json.factory().createParser(body, 0, json)) {
            V2Reader reader = new V2Reader(parser, body, json);
            WireRequest request = reader.request();
            if (parser.nextToken() != null) {
                throw reader.unexpected("nothing after the JSON object");
            }
            return request;
        } catch (JsonProcessingException e) {
            throw new HttpFailure(400,
                    "the body is not JSON of the protocol's form, at byte "
                            + (e.getLocation() == null ? 0 : e.getLocation().getByteOffset()));
        } catch (IOException e) {
            throw new HttpFailure(400, "the body is not JSON in UTF-8");
        }
    }

    private WireRequest request() throws IOException, HttpFailure {
        parser.nextToken();
        requireToken(JsonToken.START_OBJECT, "a JSON object");
        String id = "";
        Map<String, Object> parameters = Map.of();
        List<Pending> inputs = new ArrayList<>();
        List<WireRequest.Output> outputs = new ArrayList<>();
        for (String member = parser.nextFieldName(); member != null; member = parser.nextFieldName()) {
            parser.nextToken();
            switch (member) {
                case "id" -> id = text("id");
                case "parameters" -> parameters = parameters();
                case "inputs" -> each("inputs", () -> inputs.add(input()));
                case "outputs" -> each("outputs", () -> outputs.add(output()));
                default -> parser.skipChildren();
            }
        }
        List<WireRequest.Input> finished = new ArrayList<>();
        for (Pending input : inputs) {
            finished.add(finish(input, inputs.size() == 1));
        }
        if (binary != body.length) {
            throw new HttpFailure(400, "the body has " + (body.length - binary)
                    + " bytes of binary data that no input names");
        }
        return new WireRequest(id, parameters, finished, outputs);
    }

    private interface Step {
        void run() throws IOException, HttpFailure;
    }

    private void each(String name, Step element) throws IOException, HttpFailure {
        requireToken(JsonToken.START_ARRAY, "an array '" + name + "'");
        for (int count = 1; parser.nextToken() != JsonToken.END_ARRAY; count++) {
            requireToken(JsonToken.START_OBJECT, "objects in '" + name + "'");
            requireFew(count, name);
            element.run();
        }
    }

    private static void requireFew(int count, String name) throws HttpFailure {
        if (count > MOST) {
            throw new HttpFailure(413, "there may be " + MOST + " " + name + ", found more");
        }
    }

    // --- inputs ----------------------------------------------------------------------------------------------------

    /// An input whose binary data is still to be cut out.
    private record Pending(String name, String datatype, List<Long> shape, Map<String, Object> parameters,
            @Nullable Data data) {}

    private Pending input() throws IOException, HttpFailure {
        String name = "";
        String datatype = "";
        List<Long> shape = List.of();
        Map<String, Object> parameters = Map.of();
        Data data = null;
        for (String member = parser.nextFieldName(); member != null; member = parser.nextFieldName()) {
            parser.nextToken();
            switch (member) {
                case "name" -> name = text("name");
                case "datatype" -> datatype = text("datatype");
                case "shape" -> shape = shape();
                case "parameters" -> parameters = parameters();
                case "data" -> data = data();
                default -> parser.skipChildren();
            }
        }
        return new Pending(name, datatype, shape, parameters, data);
    }

    private List<Long> shape() throws IOException, HttpFailure {
        requireToken(JsonToken.START_ARRAY, "an array 'shape'");
        List<Long> shape = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            requireToken(JsonToken.VALUE_NUMBER_INT, "whole numbers in 'shape'");
            shape.add(parser.getLongValue());
            if (shape.size() > 8) {
                throw unexpected("a shape of at most 8 numbers");
            }
        }
        return shape;
    }

    /// The elements in row-major order, whether or not arrays are nested in the array.
    private Data data() throws IOException, HttpFailure {
        requireToken(JsonToken.START_ARRAY, "an array 'data'");
        List<byte[]> texts = new ArrayList<>();
        ByteArrayOutputStream numbers = new ByteArrayOutputStream();
        int depth = 1;
        while (depth > 0) {
            switch (parser.nextToken()) {
                case START_ARRAY -> depth++;
                case END_ARRAY -> depth--;
                case VALUE_STRING -> texts.add(base64(texts.size()));
                case VALUE_NUMBER_INT -> numbers.write(sample());
                case null, default -> throw unexpected("texts in Base64 or numbers of 0 to 255 in 'data'");
            }
            if (texts.size() > RequestChecks.MOST_PICTURES) {
                throw new HttpFailure(413,
                        "a request may have " + RequestChecks.MOST_PICTURES + " pictures, found more");
            }
        }
        if (!texts.isEmpty() && numbers.size() > 0) {
            throw new HttpFailure(400, "'data' has both texts and numbers; expected one of them");
        }
        return texts.isEmpty() && numbers.size() > 0
                ? new Data.Numbers(numbers.toByteArray())
                : new Data.Elements(texts);
    }

    private byte[] base64(int index) throws IOException, HttpFailure {
        try {
            return parser.getBinaryValue(Base64Variants.MIME_NO_LINEFEEDS);
        } catch (JsonProcessingException e) {
            throw new HttpFailure(400,
                    "element " + index + " of 'data' is not Base64; this input takes picture files in"
                            + " Base64");
        }
    }

    private int sample() throws IOException, HttpFailure {
        long value = parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? -1 : parser.getLongValue();
        if (value < 0 || value > 255) {
            throw unexpected("numbers of 0 to 255 in 'data'");
        }
        return (int) value;
    }

    private WireRequest.Input finish(Pending input, boolean only) throws HttpFailure {
        Object size = input.parameters().get("binary_data_size");
        boolean rest = size == null && input.data() == null && only && binary < body.length;
        Data data = input.data();
        if (size != null || rest) {
            if (data != null) {
                throw new HttpFailure(400, "the input '" + input.name() + "' has both 'data' and 'binary_data_size'");
            }
            int left = body.length - binary;
            if (size != null && !(size instanceof Long bytes && bytes >= 0 && bytes <= left)) {
                throw new HttpFailure(400, "the input '" + input.name() + "' has a binary_data_size of " + size
                        + ", and the body has " + left + " bytes of binary data left for it");
            }
            int length = size instanceof Long bytes ? bytes.intValue() : left;
            data = new Data.Raw(Arrays.copyOfRange(body, binary, binary + length));
            binary += length;
        }
        return new WireRequest.Input(input.name(), input.datatype(), input.shape(), input.parameters(),
                Optional.ofNullable(data));
    }

    // --- outputs and parameters ------------------------------------------------------------------------------------

    private WireRequest.Output output() throws IOException, HttpFailure {
        String name = "";
        Map<String, Object> parameters = Map.of();
        for (String member = parser.nextFieldName(); member != null; member = parser.nextFieldName()) {
            parser.nextToken();
            switch (member) {
                case "name" -> name = text("name");
                case "parameters" -> parameters = parameters();
                default -> parser.skipChildren();
            }
        }
        return new WireRequest.Output(name, parameters);
    }

    /// Texts, numbers and booleans; others are left out.
    private Map<String, Object> parameters() throws IOException, HttpFailure {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return Map.of();
        }
        requireToken(JsonToken.START_OBJECT, "an object 'parameters'");
        Map<String, Object> parameters = new HashMap<>();
        for (String member = parser.nextFieldName(); member != null; member = parser.nextFieldName()) {
            switch (parser.nextToken()) {
                case VALUE_STRING -> parameters.put(member, parser.getText());
                case VALUE_TRUE -> parameters.put(member, true);
                case VALUE_FALSE -> parameters.put(member, false);
                case VALUE_NUMBER_FLOAT -> parameters.put(member, parser.getDoubleValue());
                case VALUE_NUMBER_INT -> parameters.put(member,
                        parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                                ? Double.POSITIVE_INFINITY
                                : (Object) parser.getLongValue());
                case null, default -> parser.skipChildren();
            }
            requireFew(parameters.size(), "parameters");
        }
        return parameters;
    }

    private String text(String member) throws IOException, HttpFailure {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return "";
        }
        requireToken(JsonToken.VALUE_STRING, "a text '" + member + "'");
        return parser.getText();
    }

    private void requireToken(JsonToken token, String expected) throws HttpFailure {
        if (parser.currentToken() != token) {
            throw unexpected(expected);
        }
    }

    private HttpFailure unexpected(String expected) {
        return new HttpFailure(400, "expected " + expected + ", at byte "
                + parser.currentTokenLocation().getByteOffset() + " of the body");
    }
}
