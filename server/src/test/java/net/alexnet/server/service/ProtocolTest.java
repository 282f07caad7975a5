package net.alexnet.server.service;

import static net.alexnet.server.service.ServiceFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import net.alexnet.io.Hashes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the service says of itself and of its models.
class ProtocolTest {
    private static ServiceFixture service;
    private static String sha256;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        Path model = TinyModel.write(folder.resolve("tiny.safetensors"), 1);
        sha256 = Hashes.hex(model);
        service = new ServiceFixture(model);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void theServerDescribesItself() throws Exception {
        for (String path : List.of("/v2", "/v2/")) {
            JsonNode server = service.get(path);
            assertThat(server.get("name").asText()).isEqualTo("alexnet");
            assertThat(server.get("extensions").toString()).contains("binary_tensor_data", "classification",
                    "statistics");
        }
        assertThat(service.get("/v2/health/live").get("live").asBoolean()).isTrue();
        assertThat(service.get("/v2/health/ready").get("ready").asBoolean()).isTrue();
        assertThat(service.get("/v2/models").at("/models/0").asText()).isEqualTo("tiny");
        assertThat(service.get("/v2/models/tiny/ready").get("ready").asBoolean()).isTrue();
        assertThat(service.get("/v1/models/tiny").get("ready").asBoolean()).isTrue();
        assertThat(service.get("/").get("status").asText()).isEqualTo("alive");
        HttpResponse<byte[]> browser = service.send(service.to("/").header("Accept", "text/html,*/*"));
        assertThat(browser.statusCode()).isEqualTo(404);
        assertThat(new String(browser.body(), StandardCharsets.UTF_8)).startsWith("<!DOCTYPE")
                .contains("/openapi.yaml");
        assertThat(service.service.lines())
                .anyMatch(line -> line.contains("curl") && line.contains("/predictions/tiny"));
    }

    @Test
    void aModelHasOneInputOneOutputAndItsClassesAsProperties() throws Exception {
        for (String path : List.of("/v2/models/tiny", "/v2/models/tiny/versions/1",
                "/v2/models/tiny/versions/" + sha256.substring(0, 12))) {
            JsonNode model = service.get(path);
            assertThat(model.at("/versions/0").asText()).isEqualTo("1");
            assertThat(model.get("inputs")).hasSize(1);
            assertThat(model.get("outputs")).hasSize(1);
            assertThat(model.at("/outputs/0/shape").toString()).isEqualTo("[-1,5]");
            assertThat(model.at("/properties/sha256").asText()).isEqualTo(sha256);
            assertThat(model.at("/properties/labels").asText()).contains("wolf");
            assertThat(model.at("/properties/features").asText()).contains("fc7");
            assertThat(model.at("/properties/preprocessing").asText()).contains("40", "32", "minus", "times");
            model.get("properties").forEach(property -> assertThat(property.isTextual()).isTrue());
        }
        assertThat(service.send(service.to("/v2/models/none")).statusCode()).isEqualTo(404);
    }

    @Test
    void theConfigurationIsTritons() throws Exception {
        JsonNode config = service.get("/v2/models/tiny/config");
        assertThat(config.get("max_batch_size").asInt()).isEqualTo(32);
        assertThat(config.at("/input/0/data_type").asText()).isEqualTo("TYPE_STRING");
        assertThat(config.at("/output/0/dims/0").asInt()).isEqualTo(5);
        assertThat(config.has("dynamic_batching")).isTrue();
    }

    @Test
    void theStatisticsAndMetricsCountRequests() throws Exception {
        long before = success();
        service.post("/predictions/tiny", "image/jpeg", TinyModel.picture("jpg", 3));
        service.post("/predictions/tiny", "image/jpeg", new byte[] {1});
        assertThat(success()).isEqualTo(before + 1);
        JsonNode stats = service.get("/v2/models/stats").at("/model_stats/0");
        assertThat(stats.at("/inference_stats/fail/count").asLong()).isPositive();
        assertThat(stats.at("/batch_stats/0/compute_infer/ns").asLong()).isPositive();
        String metrics = new String(service.send(service.to("/metrics")).body(), StandardCharsets.UTF_8);
        assertThat(metrics).contains("alexnet_requests_total{code=\"200\",model=\"tiny\",version=\"1\"}",
                "alexnet_request_duration_seconds_bucket{model=\"tiny\",phase=\"queue\"", "alexnet_pictures_total",
                "alexnet_batches_total", "alexnet_batch_size_bucket", "alexnet_queue_pictures{model=\"tiny\"} 0",
                "alexnet_requests_in_progress{model=\"tiny\"} 0", "alexnet_rejected_total{reason=\"bad_picture\"}",
                "alexnet_build_info", "jvm_memory_used_bytes").doesNotContain("wolf");
        HttpResponse<byte[]> open = service
                .send(service.to("/metrics").header("Accept", "application/openmetrics-text"));
        assertThat(new String(open.body(), StandardCharsets.UTF_8)).endsWith("# EOF\n");
    }

    private static long success() throws Exception {
        return service.get("/v2/models/tiny/stats").at("/model_stats/0/inference_stats/success/count").asLong();
    }

    @Test
    void theRepositoryIsReadOnly() throws Exception {
        JsonNode index = json(service.post("/v2/repository/index", "application/json", new byte[0]));
        assertThat(index.at("/0/state").asText()).isEqualTo("READY");
        assertThat(service.post("/v2/repository/models/tiny/unload", "application/json", new byte[0]).statusCode())
                .isEqualTo(405);
        assertThat(service.send(service.to("/v2/systemsharedmemory/region/a/register").POST(BodyPublishers.noBody()))
                .statusCode()).isEqualTo(501);
    }

    @Test
    void theDescriptionIsOpenApiAndNamesWhatIsThere() throws Exception {
        String text = new String(service.send(service.to("/openapi.yaml")).body(), StandardCharsets.UTF_8);
        SwaggerParseResult parsed = new OpenAPIV3Parser().readContents(text);
        assertThat(parsed.getMessages()).isEmpty();
        OpenAPI api = parsed.getOpenAPI();
        assertThat(api.getPaths().get("/predictions/{model}")).extracting(PathItem::getPut).isNotNull();
        HttpResponse<byte[]> nowhere = service.send(service.to("/nowhere"));
        assertThat(nowhere.statusCode()).isEqualTo(404);
        assertThat(new String(nowhere.body(), StandardCharsets.UTF_8)).contains("/openapi.yaml");
        api.getPaths().forEach((path, item) -> item.readOperationsMap().forEach((method, operation) -> {
            try {
                String real = path.replace("{model}", "tiny").replace("{version}", "1");
                int status = service.send(service.to(real).method(method.name(), BodyPublishers.noBody())).statusCode();
                // there, whatever it thinks of an empty body
                assertThat(status).as(method + " " + path).isIn(200, 400, 415);
            } catch (Exception e) {
                throw new AssertionError(path, e);
            }
        }));
    }
}
