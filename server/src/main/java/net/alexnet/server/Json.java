package net.alexnet.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/// JSON of the server's answers and requests.
public final class Json {
    /// A body's limit bounds strings already; 20 million characters hold a picture in Base64.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(50).maxStringLength(1 << 28).build())
            .build();
    private static final ObjectMapper MAPPER = JsonMapper.builder(FACTORY).build();

    private Json() {}

    /// For those who read or write JSON token by token.
    public static JsonFactory factory() {
        return FACTORY;
    }

    /// A value as JSON, in one line.
    ///
    /// @throws IllegalArgumentException if it has none
    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a " + value.getClass().getName() + " cannot be written as JSON", e);
        }
    }

    /// A value as JSON, in one line.
    ///
    /// @throws IllegalArgumentException if it has none
    public static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a " + value.getClass().getName() + " cannot be written as JSON", e);
        }
    }

    /// Reads one JSON object.
    ///
    /// @throws HttpFailure of status 400 if the bytes are something else
    public static JsonNode object(byte[] bytes, int offset, int length) throws HttpFailure {
        try {
            JsonNode node = MAPPER.readTree(bytes, offset, length);
            if (node == null || !node.isObject()) {
                throw new HttpFailure(400, "the body must be a JSON object, found "
                        + (node == null || node.isMissingNode() ? "nothing" : node.getNodeType().name()));
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new HttpFailure(400, "the body is not JSON: " + e.getOriginalMessage().lines().findFirst().orElse("")
                    + (e.getLocation() == null ? "" : ", at byte " + e.getLocation().getByteOffset()));
        } catch (IOException e) {
            throw new HttpFailure(400, "the body is not JSON");
        }
    }
}
