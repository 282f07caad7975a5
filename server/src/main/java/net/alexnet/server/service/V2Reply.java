package net.alexnet.server.service;

import com.fasterxml.jackson.core.JsonGenerator;
import module java.base;
import net.alexnet.server.Json;
import net.alexnet.server.Reply;
import net.alexnet.server.service.InferResult.Tensor;

/// Writes an answer of the protocol: JSON, and binary data behind it where it was asked for.
final class V2Reply {
    private V2Reply() {}

    static Reply of(InferResult result) {
        List<byte[]> binary = new ArrayList<>();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.factory().createGenerator(body)) {
            json.writeStartObject();
            if (!result.id().isEmpty()) {
                json.writeStringField("id", result.id());
            }
            json.writeStringField("model_name", result.model());
            json.writeStringField("model_version", result.version());
            if (!result.top().isEmpty()) {
                json.writeObjectFieldStart("parameters");
                json.writeStringField("top", result.top());
                json.writeEndObject();
            }
            json.writeArrayFieldStart("outputs");
            for (Tensor tensor : result.outputs()) {
                write(json, tensor, binary);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it is written to memory
        }
        int length = body.size();
        if (binary.isEmpty()) {
            return new Reply(200, Map.of("Content-Type", "application/json"), body.toByteArray());
        }
        binary.forEach(body::writeBytes);
        return new Reply(200, Map.of("Content-Type", "application/octet-stream", "Inference-Header-Content-Length",
                Integer.toString(length)), body.toByteArray());
    }

    private static void write(JsonGenerator json, Tensor tensor, List<byte[]> binary) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", tensor.name());
        json.writeStringField("datatype", tensor.datatype());
        json.writeArrayFieldStart("shape");
        for (long side : tensor.shape()) {
            json.writeNumber(side);
        }
        json.writeEndArray();
        if (tensor.binary()) {
            byte[] bytes = bytes(tensor);
            binary.add(bytes);
            json.writeObjectFieldStart("parameters");
            json.writeNumberField("binary_data_size", bytes.length);
            json.writeEndObject();
        } else {
            json.writeArrayFieldStart("data");
            for (List<String> texts : tensor.texts()) {
                for (String text : texts) {
                    json.writeString(text);
                }
            }
            for (float[] row : tensor.rows()) {
                for (float value : row) {
                    json.writeNumber(value); // as many digits as tell it from all other floats
                }
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    /// A tensor in the protocol's binary form.
    static byte[] bytes(Tensor tensor) {
        if (tensor.isText()) {
            ByteArrayOutputStream elements = new ByteArrayOutputStream();
            for (String text : tensor.texts().stream().flatMap(List::stream).toList()) {
                byte[] element = text.getBytes(StandardCharsets.UTF_8);
                elements.writeBytes(
                        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(element.length).array());
                elements.writeBytes(element);
            }
            return elements.toByteArray();
        }
        int values = tensor.rows().stream().mapToInt(row -> row.length).sum();
        ByteBuffer bytes = ByteBuffer.allocate(values * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        tensor.rows().forEach(row -> {
            for (float value : row) {
                bytes.putFloat(value);
            }
        });
        return bytes.array();
    }
}
