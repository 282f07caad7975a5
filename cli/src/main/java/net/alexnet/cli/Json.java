package net.alexnet.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import module java.base;
import net.alexnet.io.Texts;

/// The form of `--json`: one value, names in snake_case.
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private static final ObjectReader WHOLE = MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final ObjectWriter COMPACT = MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT);

    private Json() {}

    /// Every character is kept, and none steers a terminal: those that could are escaped.
    static String of(Object value) {
        return text(MAPPER.writer(), value);
    }

    /// The same in one line, without its end.
    static String line(Object value) {
        return text(COMPACT, value);
    }

    /// Whether a line is one JSON object.
    static boolean isObject(String line) {
        try {
            return line.startsWith("{") && WHOLE.readTree(line).isObject();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static String text(ObjectWriter writer, Object value) {
        try {
            return escaped(writer.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String escaped(String json) {
        StringBuilder escaped = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char one = json.charAt(i);
            boolean layout = one == '\n' || one == '\r'; // within a string these are escaped already
            escaped.append(Texts.steers(one) && !layout ? "\\u" + HexFormat.of().toHexDigits(one) : one);
        }
        return escaped.toString();
    }
}
