package net.alexnet.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import module java.base;
import net.alexnet.report.RunLog.Step;

/// Reads lines of the kind `step` token by token. A log has thousands of these for each other line, and a tree of each would
/// take several times as long.
final class StepLine {
    private static final JsonFactory JSON = JsonFactory.builder().enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .build();

    private StepLine() {}

    /// The step in a line; empty if the line is of another kind, or is no JSON object.
    static Optional<Step> parse(byte[] bytes, int offset, int length) {
        try (JsonParser line = JSON.createParser(bytes, offset, length)) {
            return line.nextToken() == JsonToken.START_OBJECT ? parse(line) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Step> parse(JsonParser line) throws IOException {
        boolean isStep = false;
        long step = 0;
        double loss = Double.NaN;
        double rate = Double.NaN;
        double speed = Double.NaN;
        double wait = Double.NaN;
        for (String name = line.nextFieldName(); name != null; name = line.nextFieldName()) {
            JsonToken value = line.nextToken();
            if (name.equals("kind")) {
                isStep = value == JsonToken.VALUE_STRING && line.getText().equals("step");
                if (!isStep) {
                    return Optional.empty();
                }
            } else {
                switch (name) {
                    case "step" -> step = (long) number(line, value);
                    case "loss" -> loss = number(line, value);
                    case "learning_rate" -> rate = number(line, value);
                    case "images_per_second" -> speed = number(line, value);
                    case "wait_share" -> wait = number(line, value);
                    default -> line.skipChildren();
                }
            }
        }
        return isStep && line.currentToken() == JsonToken.END_OBJECT
                ? Optional.of(new Step(step, loss, rate, speed, wait))
                : Optional.empty();
    }

    /// Not a number where the value is something else.
    private static double number(JsonParser line, JsonToken value) throws IOException {
        if (value.isNumeric()) {
            return line.getDoubleValue();
        }
        if (value == JsonToken.VALUE_STRING && RunLog.NOT_FINITE.contains(line.getText())) {
            return Double.parseDouble(line.getText());
        }
        line.skipChildren();
        return Double.NaN;
    }
}
