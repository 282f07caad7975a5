package net.alexnet.server.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import net.alexnet.server.HttpSettings;
import net.alexnet.tensor.Precision;
import net.alexnet.train.ModelFile.Which;

/// A running service, and a client of it.
final class ServiceFixture implements AutoCloseable {
    static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    final List<String> messages = new CopyOnWriteArrayList<>();
    final ModelService service;

    ServiceFixture(Path model) {
        this(settings(model));
    }

    ServiceFixture(ServiceSettings settings) {
        try {
            service = ModelService.start(settings, messages::add);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static ServiceSettings settings(Path model) {
        return settings(List.of(new ModelSpec("tiny", model)), HttpSettings.defaults(), 32, 256,
                Duration.ofSeconds(60));
    }

    static ServiceSettings settings(List<ModelSpec> models, HttpSettings http, int maxBatch, int queue,
            Duration deadline) {
        return new ServiceSettings(models, Which.LAST, http, maxBatch, Duration.ZERO, queue, deadline, 1, "auto", 2,
                Precision.FLOAT32, Duration.ofMillis(50), "test");
    }

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(service.address() + path));
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), BodyHandlers.ofByteArray());
    }

    HttpResponse<byte[]> post(String path, String type, byte[] body) throws Exception {
        return send(to(path).header("Content-Type", type).POST(BodyPublishers.ofByteArray(body)));
    }

    /// Posts JSON to the model's address for inference.
    JsonNode infer(String json) throws Exception {
        HttpResponse<byte[]> answer = post("/v2/models/tiny/infer", "application/json",
                json.getBytes(StandardCharsets.UTF_8));
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.statusCode() + new String(answer.body(), StandardCharsets.UTF_8));
        }
        return json(answer);
    }

    /// The status of the answer to JSON.
    HttpResponse<byte[]> tryInfer(String json) throws Exception {
        return post("/v2/models/tiny/infer", "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    JsonNode get(String path) throws Exception {
        return json(send(to(path)));
    }

    static JsonNode json(HttpResponse<byte[]> answer) throws IOException {
        return JSON.readTree(answer.body());
    }

    static float[] floats(JsonNode numbers) {
        float[] floats = new float[numbers.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = Float.parseFloat(numbers.get(i).asText());
        }
        return floats;
    }

    static float[] floats(byte[] bytes, int from) {
        float[] floats = new float[(bytes.length - from) / 4];
        ByteBuffer.wrap(bytes, from, bytes.length - from).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
        return floats;
    }

    /// Elements of BYTES in binary form.
    static byte[] elements(byte[]... elements) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] element : elements) {
            out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(element.length).array());
            out.writeBytes(element);
        }
        return out.toByteArray();
    }

    /// A request with binary data behind its JSON.
    HttpResponse<byte[]> binary(String json, byte[] data, UnaryOperator<HttpRequest.Builder> more) throws Exception {
        byte[] head = json.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(head);
        body.writeBytes(data);
        return send(more.apply(to("/v2/models/tiny/infer").header("Inference-Header-Content-Length",
                Integer.toString(head.length)).POST(BodyPublishers.ofByteArray(body.toByteArray()))));
    }

    @Override
    public void close() {
        service.close();
    }
}
