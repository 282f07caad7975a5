package net.alexnet.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import net.alexnet.ImageClassifier;
import net.alexnet.Options;
import net.alexnet.server.service.Fixtures;
import net.alexnet.server.service.ModelService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What tritonclient 2.73, and a client that openapi-generator 7.17 made of the protocol's specification, send, byte by byte, as
/// `tools/service_clients.py --record` has stored it.
class RecordedClientsTest {
    private static ModelService service;
    private static float[] expected;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        service = Fixtures.tiny(folder, HttpSettings.defaults());
        try (ImageClassifier library = ImageClassifier.load(folder.resolve("tiny.safetensors"),
                Options.defaults())) {
            expected = library.classify(recorded("picture.jpg")).probabilities();
        }
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static byte[] recorded(String name) throws IOException {
        try (var in = RecordedClientsTest.class.getResourceAsStream("recorded/" + name)) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    /// The answer's JSON, and the binary data behind it.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Answer(JsonNode json, byte[] data) {}

    private static Answer answer(String request) throws IOException {
        try (RawClient client = new RawClient(service.address().getPort())) {
            String head = client.send(new String(recorded(request + ".http"), StandardCharsets.ISO_8859_1)).head();
            assertThat(head).startsWith("HTTP/1.1 200");
            byte[] body = client.body(head);
            int json = RawClient.number(head, "Inference-Header-Content-Length", body.length);
            return new Answer(new ObjectMapper().readTree(body, 0, json), Arrays.copyOfRange(body, json, body.length));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"binary", "binary-n1", "base64", "gzip", "deflate"})
    void binaryAnswersHaveTheLibrarysBits(String request) throws Exception {
        assertThat(Fixtures.floats(answer(request).data())).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"binary", "generated"})
    void theIdComesBack(String request) throws Exception {
        assertThat(answer(request).json().get("id").asText()).isEqualTo("r1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"json-answer", "generated"})
    void anAnswerInJsonHasTheLibrarysBits(String request) throws Exception {
        JsonNode data = answer(request).json().at("/outputs/0/data");
        assertThat(data).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(Float.parseFloat(data.get(i).asText())).isEqualTo(expected[i]);
        }
    }

    @Test
    void aClassificationIsOneElement() throws Exception {
        byte[] data = answer("classification").data();
        float best = expected[0];
        for (float one : expected) {
            best = Math.max(best, one);
        }
        assertThat(new String(data, 4, data.length - 4, StandardCharsets.UTF_8)).startsWith(best + ":");
        assertThat(data[0]).isEqualTo((byte) (data.length - 4));
    }
}
