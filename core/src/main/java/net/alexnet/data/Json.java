package net.alexnet.data;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.stream.Collectors;

/// How this package writes records as JSON: names in snake_case, nothing missing, nothing unknown.
final class Json {
    /// One line.
    static final JsonMapper COMPACT = builder().build();

    /// For people too.
    static final JsonMapper INDENTED = builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Json() {}

    /// A value as one line with its line feed.
    static String line(Object value) throws JsonProcessingException {
        return COMPACT.writeValueAsString(value) + "\n";
    }

    /// Why a text was not understood, and where in it; of a value that cannot be, what its record said.
    static String reason(JsonProcessingException e) {
        return switch (e) {
            case ValueInstantiationException value when value.getCause() instanceof IllegalArgumentException cause ->
                String.valueOf(cause.getMessage());
            case JsonMappingException value -> value.getPath().stream()
                    .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                    .collect(Collectors.joining(" ")) + ": " + plain(value);
            default -> plain(e);
        };
    }

    /// Without Jackson's advice to programmers.
    private static String plain(JsonProcessingException e) {
        return e.getOriginalMessage().replaceFirst(" \\(set Deserialization.*", "");
    }

    private static JsonMapper.Builder builder() {
        return JsonMapper.builder()
                .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                        DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                        DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                        DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }
}
