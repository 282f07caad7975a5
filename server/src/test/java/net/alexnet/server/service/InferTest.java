package net.alexnet.server.service;

import static net.alexnet.server.service.ServiceFixture.elements;
import static net.alexnet.server.service.ServiceFixture.floats;
import static net.alexnet.server.service.ServiceFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.StringJoiner;
import net.alexnet.ImageClassifier;
import net.alexnet.Options;
import net.alexnet.data.image.Image;
import net.alexnet.inference.Engines;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every way to send a picture, with the library as the judge: the answers have its bits. Both compute by the plain loops, whose
/// bits do not depend on the batch.
class InferTest {
    private static final byte[] CAT = TinyModel.picture("jpg", 1);
    private static final byte[] DOG = TinyModel.picture("png", 2);
    private static final String INFER = "/v2/models/tiny/infer";
    private static final String BYTES = "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[%s]%s}]%s}";

    private static final String FILE = "--x\r\nContent-Disposition: form-data; name=\"data\"; filename=\"a.jpg\"\r\n\r\n";

    private static ServiceFixture service;
    private static ImageClassifier library;
    private static ImageClassifier tenViews;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        Path model = TinyModel.write(folder.resolve("tiny.safetensors"), 1);
        service = new ServiceFixture(ServiceFixture.settings(model));
        library = ImageClassifier.load(model, Options.defaults());
        tenViews = ImageClassifier.load(model, Options.defaults().views(10));
    }

    @AfterAll
    static void stop() {
        service.close();
        library.close();
        tenViews.close();
    }

    private static String base64(byte[] file) {
        return Base64.getEncoder().encodeToString(file);
    }

    private static float[] expected(byte[] file) throws Exception {
        return library.classify(file).probabilities();
    }

    private static float[] data(JsonNode answer) {
        return floats(answer.at("/outputs/0/data"));
    }

    // --- the forms -------------------------------------------------------------------------------------------------

    @Test
    void picturesInBinaryForm() throws Exception {
        byte[] data = elements(CAT, DOG);
        String size = ",\"parameters\":{\"binary_data_size\":" + data.length + "}";
        for (String shape : List.of("2", "2,1")) {
            JsonNode answer = json(service.binary(BYTES.formatted(shape, size, ""), data, request -> request));
            assertThat(answer.at("/outputs/0/shape").toString()).isEqualTo("[2,5]");
            float[] both = data(answer);
            assertThat(Arrays.copyOfRange(both, 0, 5)).isEqualTo(expected(CAT));
            assertThat(Arrays.copyOfRange(both, 5, 10)).isEqualTo(expected(DOG));
        }
        // the size may be left out where there is one input
        assertThat(data(json(service.binary(BYTES.formatted("1", "", ""), elements(CAT), request -> request))))
                .isEqualTo(expected(CAT));
    }

    @Test
    void aPictureAndNothingElse() throws Exception {
        assertThat(data(json(service.binary("", CAT, request -> request)))).isEqualTo(expected(CAT));
        assertThat(data(json(service.binary("", elements(CAT), request -> request)))).isEqualTo(expected(CAT));
        assertThat(data(json(service.binary("", CAT, request -> request.header("Content-Type",
                "application/x-www-form-urlencoded"))))).isEqualTo(expected(CAT)); // curl --data-binary
        assertThat(data(json(service.post(INFER, "image/jpeg", CAT)))).isEqualTo(expected(CAT));
        assertThat(data(json(service.post(INFER, "image/png", DOG)))).isEqualTo(expected(DOG));
    }

    @Test
    void picturesInBase64() throws Exception {
        String two = ",\"data\":[\"" + base64(CAT) + "\",\"" + base64(DOG) + "\"]";
        JsonNode answer = service.infer(BYTES.formatted("2", two, ",\"id\":\"7\",\"unknown\":{\"a\":[1]}"));
        assertThat(answer.get("id").asText()).isEqualTo("7");
        assertThat(answer.get("model_name").asText()).isEqualTo("tiny");
        assertThat(Arrays.copyOfRange(data(answer), 5, 10)).isEqualTo(expected(DOG));
        String mlserver = ",\"parameters\":{\"content_type\":\"base64\"},\"data\":[[\"" + base64(CAT) + "\"]]";
        assertThat(data(service.infer(BYTES.formatted("1,1", mlserver, "")))).isEqualTo(expected(CAT));
    }

    @Test
    void pixelsOfTheNetworksSize() throws Exception {
        Image image = Engines.find().codec().resizeAndCenterCrop(CAT, TinyModel.RESIZE, 3);
        int border = (TinyModel.RESIZE - TinyModel.CROP) / 2;
        Image center = image.crop(border, border, TinyModel.CROP, TinyModel.CROP);
        for (Image sent : List.of(image, center)) {
            String form = "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[1," + sent.height() + ","
                    + sent.width() + ",3]%s}]}";
            assertThat(data(json(service.binary(form.formatted(",\"parameters\":{\"binary_data_size\":"
                    + sent.samples().length + "}"), sent.samples(), request -> request)))).isEqualTo(expected(CAT));
            StringJoiner numbers = new StringJoiner(",", ",\"data\":[[", "]]");
            for (byte sample : sent.samples()) {
                numbers.add(Integer.toString(sample & 0xFF));
            }
            assertThat(data(service.infer(form.formatted(numbers)))).isEqualTo(expected(CAT));
        }
    }

    @Test
    void predictionsForPeople() throws Exception {
        JsonNode best = json(service.post("/predictions/tiny", "application/x-www-form-urlencoded", CAT));
        assertThat(best).hasSize(5);
        assertThat(best.at("/0/className").asText()).isEqualTo(library.classify(CAT).best().label());
        assertThat(Float.parseFloat(best.at("/0/probability").asText()))
                .isEqualTo(library.classify(CAT).best().probability());
        JsonNode put = json(
                service.send(service.to("/predictions/tiny?top=1&views=10").PUT(BodyPublishers.ofByteArray(CAT))));
        assertThat(Float.parseFloat(put.at("/0/probability").asText()))
                .isEqualTo(tenViews.classify(CAT).best().probability());
        assertThat(put).hasSize(1);
    }

    @Test
    void filesOfAForm() throws Exception {
        JsonNode one = json(service.post("/predictions/tiny", "multipart/form-data; boundary=x", form(FILE, CAT)));
        assertThat(Float.parseFloat(one.at("/0/probability").asText()))
                .isEqualTo(library.classify(CAT).best().probability());
        JsonNode two = json(service.post("/predictions/tiny", "multipart/form-data; boundary=x", form(FILE, CAT, DOG)));
        assertThat(Float.parseFloat(two.at("/1/0/probability").asText()))
                .isEqualTo(library.classify(DOG).best().probability());
    }

    @Test
    void aFieldThatIsNoFileIsNoPicture() throws Exception {
        String field = "--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\na cat\r\n";
        JsonNode one = json(service.post("/predictions/tiny", "multipart/form-data; boundary=x",
                form(field + FILE, CAT)));
        assertThat(Float.parseFloat(one.at("/0/probability").asText()))
                .isEqualTo(library.classify(CAT).best().probability());
    }

    private static byte[] form(String head, byte[]... files) {
        var out = new java.io.ByteArrayOutputStream();
        for (byte[] file : files) {
            out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(file);
            out.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        out.writeBytes("--x--\r\n".getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    @Test
    void theFirstVersionOfTheProtocol() throws Exception {
        JsonNode answer = json(service.post("/v1/models/tiny:predict", "application/json",
                ("{\"instances\":[{\"b64\":\""
                        + base64(CAT) + "\"},{\"image_bytes\":{\"b64\":\"" + base64(DOG) + "\"}}]}")
                        .getBytes(StandardCharsets.UTF_8)));
        assertThat(floats(answer.at("/predictions/0/probabilities"))).isEqualTo(expected(CAT));
        assertThat(floats(answer.at("/predictions/1/probabilities"))).isEqualTo(expected(DOG));
    }

    @Test
    void eachInstanceHasOnePicture() throws Exception {
        String cat = "{\"b64\":\"" + base64(CAT) + "\"}";
        for (String wrong : List.of("{}", "5", "{\"instances\":5}", "{\"predictions\":[" + cat + "]}",
                "{\"instances\":[" + cat + "]} {}")) {
            assertRefused(400, predict(wrong));
        }
        for (String wrong : List.of("{}", "5", "[]", "{\"a\":" + cat + ",\"b\":" + cat + "}")) {
            assertRefused(400, predict("{\"instances\":[" + cat + "," + wrong + "]}"), "instance 1");
        }
        assertThat(
                predict("{\"signature_name\":\"x\",\"instances\":[" + cat + "],\"more\":{\"b64\":\"?\"}}").statusCode())
                .isEqualTo(200);
    }

    private static HttpResponse<byte[]> predict(String json) throws Exception {
        return service.post("/v1/models/tiny:predict", "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    // --- the answers -----------------------------------------------------------------------------------------------

    @Test
    void tenViewsAreTheLibrarys() throws Exception {
        String data = ",\"data\":[\"" + base64(CAT) + "\"]";
        assertThat(data(service.infer(BYTES.formatted("1", data, ",\"parameters\":{\"views\":10}"))))
                .isEqualTo(tenViews.classify(CAT).probabilities());
    }

    @Test
    void featuresAreTheLibrarys() throws Exception {
        String outputs = ",\"outputs\":[{\"name\":\"fc7\"},{\"name\":\"features\",\"parameters\":{\"binary_data\":true}},"
                + "{\"name\":\"probabilities\"},{\"name\":\"pool1\"}]";
        HttpResponse<byte[]> sent = service
                .tryInfer(BYTES.formatted("1", ",\"data\":[\"" + base64(CAT) + "\"]", outputs));
        int head = Integer.parseInt(sent.headers().firstValue("Inference-Header-Content-Length").orElseThrow());
        JsonNode answer = new com.fasterxml.jackson.databind.ObjectMapper().readTree(sent.body(), 0, head);
        float[] fc7 = library.features(CAT, "fc7");
        assertThat(data(answer)).isEqualTo(fc7);
        assertThat(floats(sent.body(), head)).isEqualTo(fc7);
        assertThat(floats(answer.at("/outputs/2/data"))).isEqualTo(expected(CAT));
        assertThat(floats(answer.at("/outputs/3/data"))).isEqualTo(library.features(CAT, "pool1"));
        assertThat(answer.at("/outputs/3/shape")).hasSize(4);
    }

    @Test
    void binaryAnswersHaveTheSameBits() throws Exception {
        String parameters = ",\"parameters\":{\"binary_data_output\":true}";
        HttpResponse<byte[]> answer = service
                .tryInfer(BYTES.formatted("1", ",\"data\":[\"" + base64(CAT) + "\"]", parameters));
        int head = Integer.parseInt(answer.headers().firstValue("Inference-Header-Content-Length").orElseThrow());
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/octet-stream");
        assertThat(floats(answer.body(), head)).isEqualTo(expected(CAT));
    }

    @Test
    void classificationNamesTheBestClasses() throws Exception {
        String outputs = ",\"outputs\":[{\"name\":\"probabilities\",\"parameters\":{\"classification\":2}}]";
        JsonNode answer = service.infer(BYTES.formatted("1", ",\"data\":[\"" + base64(CAT) + "\"]", outputs));
        assertThat(answer.at("/outputs/0/datatype").asText()).isEqualTo("BYTES");
        assertThat(answer.at("/outputs/0/shape").toString()).isEqualTo("[1,2]");
        String[] best = answer.at("/outputs/0/data/0").asText().split(":", 3);
        assertThat(Float.parseFloat(best[0])).isEqualTo(library.classify(CAT).best().probability());
        assertThat(TinyModel.CLASSES.get(Integer.parseInt(best[1]))).isEqualTo(best[2])
                .isEqualTo(library.classify(CAT).best().label());
    }

    @Test
    void topNamesTheBestClassesBesideTheTensor() throws Exception {
        JsonNode answer = service.infer(BYTES.formatted("1", ",\"data\":[\"" + base64(CAT) + "\"]",
                ",\"parameters\":{\"top\":1}"));
        assertThat(answer.at("/parameters/top").asText()).contains(library.classify(CAT).best().label());
        assertThat(data(answer)).isEqualTo(expected(CAT));
        JsonNode features = service.infer(BYTES.formatted("1", ",\"data\":[\"" + base64(CAT) + "\"]",
                ",\"outputs\":[{\"name\":\"fc7\"}],\"parameters\":{\"top\":1}"));
        assertThat(features.at("/parameters/top").asText()).contains(library.classify(CAT).best().label());
        assertThat(features.get("outputs")).hasSize(1);
    }

    @Test
    void anAddressMayHaveParameters() throws Exception {
        String best = tenViews.classify(CAT).best().label();
        String json = BYTES.formatted("1", ",\"data\":[\"" + base64(CAT) + "\"]", "");
        for (HttpResponse<byte[]> sent : List.of(service.post(INFER + "?views=10&top=1", "image/jpeg", CAT),
                service.send(service.to(INFER + "?views=10&top=1").header("Inference-Header-Content-Length", "0")
                        .POST(BodyPublishers.ofByteArray(CAT))),
                service.post(INFER + "?views=10&top=1", "application/json", json.getBytes(StandardCharsets.UTF_8)))) {
            assertThat(data(json(sent))).isEqualTo(tenViews.classify(CAT).probabilities());
            assertThat(json(sent).at("/parameters/top").asText()).contains(best);
        }
        for (String path : List.of(INFER, "/predictions/tiny")) {
            assertRefused(400, service.post(path + "?views=2", "image/jpeg", CAT), "views", "10", "2");
            assertRefused(400, service.post(path + "?views=ten", "image/jpeg", CAT), "views", "number", "\"ten\"");
            assertRefused(400, service.post(path + "?top=6", "image/jpeg", CAT), "top", "5", "6");
            assertRefused(400, service.post(path + "?top=0", "image/jpeg", CAT), "top", "0");
            assertRefused(400, service.post(path + "?top=99999999999999999999", "image/jpeg", CAT), "top", "5");
            assertRefused(400, service.post(path + "?view=10", "image/jpeg", CAT), "'view'", "views", "top");
        }
        assertRefused(400, service.post(INFER + "?views=1", "application/json",
                json.replace("}]}", "}],\"parameters\":{\"views\":10}}").getBytes(StandardCharsets.UTF_8)), "views");
    }

    @Test
    void aTimeoutMayBeLong() throws Exception {
        assertThat(data(service.infer(BYTES.formatted("1", ",\"data\":[\"" + base64(CAT) + "\"]",
                ",\"parameters\":{\"timeout\":3600000000000}")))).isEqualTo(expected(CAT));
    }

    // --- refusals --------------------------------------------------------------------------------------------------

    private static void assertRefused(int status, HttpResponse<byte[]> answer, String... words) throws Exception {
        String body = new String(answer.body(), StandardCharsets.UTF_8);
        assertThat(answer.statusCode()).as(body).isEqualTo(status);
        String error = json(answer).get("error").asText();
        assertThat(error).isNotEmpty();
        for (String word : words) {
            assertThat(error).contains(word);
        }
    }

    @Test
    void whatDoesNotFitTheModelIsNamed() throws Exception {
        String cat = ",\"data\":[\"" + base64(CAT) + "\"]";
        assertRefused(400, service.tryInfer("{"), "JSON");
        assertRefused(400, service.tryInfer("[]"));
        assertRefused(400, service.tryInfer("{}"), "image");
        assertRefused(400,
                service.tryInfer("{\"inputs\":[{\"name\":\"x\",\"datatype\":\"BYTES\",\"shape\":[1]" + cat + "}]}"),
                "'x'", "image");
        assertRefused(400, service.tryInfer(BYTES.formatted("2", cat, "")), "2", "1");
        assertRefused(400, service.tryInfer(BYTES.formatted("1,2", cat, "")), "[N, 1]");
        assertRefused(400, service.tryInfer(BYTES.formatted("-1", cat, "")));
        assertRefused(400, service.tryInfer(BYTES.formatted("99999999999999999999", cat, "")));
        assertRefused(400, service.tryInfer(BYTES.formatted("1", "", "")), "data");
        assertRefused(400, service.tryInfer(BYTES.formatted("1", ",\"data\":[\"%%%%\"]", "")), "Base64");
        assertRefused(400, service.tryInfer(BYTES.formatted("1", ",\"data\":[null]", "")));
        assertRefused(400, service.tryInfer(BYTES.formatted("1", ",\"data\":[1]", "")), "Base64");
        assertRefused(400, service.tryInfer(BYTES.formatted("0", ",\"data\":[]", "")), "no picture");
        assertRefused(400,
                service.tryInfer("{\"inputs\":[{\"name\":\"image\",\"datatype\":\"FP32\",\"shape\":[1]" + cat + "}]}"),
                "FP32", "UINT8");
        assertRefused(400,
                service.tryInfer("{\"inputs\":[{\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[1,9,9,3],"
                        + "\"data\":[1]}]}"),
                "32", "40");
        assertRefused(400,
                service.tryInfer("{\"inputs\":[{\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[1,32,32,3],"
                        + "\"data\":[256]}]}"),
                "255");
        assertRefused(400,
                service.tryInfer("{\"inputs\":[{\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[1,32,32,3],"
                        + "\"data\":[25]}]}"),
                "3072");
        for (String parameters : List.of("{\"views\":2}", "{\"views\":\"10\"}", "{\"top\":6}", "{\"timeout\":-1}",
                "{\"binary_data_output\":1}", "{\"views\":1e99}", "{\"views\":99999999999999999999}")) {
            assertRefused(400, service.tryInfer(BYTES.formatted("1", cat, ",\"parameters\":" + parameters)));
        }
        assertRefused(400, service.tryInfer(BYTES.formatted("1", cat, ",\"parameters\":{\"views\":\"10\"}")), "number",
                "\"10\"");
        assertRefused(400, service.tryInfer(BYTES.formatted("1", cat, ",\"outputs\":[{\"name\":\"fc9\"}]")), "fc9",
                "fc7");
        assertRefused(400, service.tryInfer(BYTES.formatted("1", cat,
                ",\"outputs\":[{\"name\":\"probabilities\",\"parameters\":{\"classification\":6}}]")), "5");
        assertRefused(501, service.tryInfer(BYTES.formatted("1",
                ",\"parameters\":{\"shared_memory_region\":\"a\"}", "")), "shared memory");
    }

    @Test
    void binaryDataThatDoesNotFitIsNamed() throws Exception {
        byte[] data = elements(CAT);
        String size = ",\"parameters\":{\"binary_data_size\":%d}";
        assertRefused(400, service.binary(BYTES.formatted("1", size.formatted(data.length + 1), ""), data, r -> r));
        assertRefused(400, service.binary(BYTES.formatted("1", size.formatted(data.length - 1), ""), data, r -> r));
        assertRefused(400,
                service.binary(BYTES.formatted("1", size.formatted(data.length) + ",\"data\":[\"\"]", ""), data,
                        r -> r),
                "both");
        assertRefused(400, service.binary(BYTES.formatted("1", size.formatted(CAT.length), ""), CAT, r -> r), "length");
        for (String length : List.of("-1", "x", "99999999")) {
            assertRefused(400, service.send(service.to(INFER).header("Inference-Header-Content-Length", length)
                    .POST(BodyPublishers.ofByteArray(CAT))));
        }
    }

    @Test
    void whatIsNoPictureIsNamedByItsPlace() throws Exception {
        byte[] broken = Arrays.copyOf(CAT, 100);
        String data = ",\"data\":[\"" + base64(CAT) + "\",\"" + base64(broken) + "\"]";
        assertRefused(400, service.tryInfer(BYTES.formatted("2", data, "")), "picture 1");
        assertRefused(415, service.post(INFER, "image/svg+xml", "<svg/>".getBytes(StandardCharsets.UTF_8)),
                "picture 0");
        assertRefused(415, service.post(INFER, "text/plain", CAT), "text/plain");
        assertRefused(400, service.post("/predictions/tiny", "image/jpeg", new byte[0]), "picture 0");
        assertRefused(415, service.post("/predictions/tiny", "image/x-portable-pixmap",
                "P6\n1 1\n100\nabc".getBytes(StandardCharsets.US_ASCII)), "picture 0");
        byte[] huge = Arrays.copyOf(DOG, DOG.length);
        huge[16] = 0x0F; // the highest byte of the width
        assertRefused(413, service.post("/predictions/tiny", "image/png", huge), "picture 0");
    }

    @Test
    void tooMuchIsRefused() throws Exception {
        StringJoiner many = new StringJoiner(",", ",\"data\":[", "]");
        for (int i = 0; i < 65; i++) {
            many.add("\"" + base64(CAT) + "\"");
        }
        assertRefused(413, service.tryInfer(BYTES.formatted("65", many, "")), "64");
        String nine = ",\"outputs\":[" + "{\"name\":\"fc7\"},".repeat(8) + "{\"name\":\"fc7\"}]";
        assertRefused(413, service.tryInfer(BYTES.formatted("1", ",\"data\":[\"" + base64(CAT) + "\"]", nine)), "8");
        for (String name : List.of("inputs", "outputs")) {
            assertRefused(413, service.tryInfer("{\"" + name + "\":[" + "{},".repeat(64) + "{}]}"), "64", name);
        }
        StringJoiner parameters = new StringJoiner(",", "{\"parameters\":{", "}}");
        for (int i = 0; i < 65; i++) {
            parameters.add("\"p" + i + "\":1");
        }
        assertRefused(413, service.tryInfer(parameters.toString()), "64");
        byte[][] files = new byte[65][];
        Arrays.fill(files, new byte[] {1});
        assertRefused(413, service.post("/predictions/tiny", "multipart/form-data; boundary=x", form(FILE, files)),
                "64");
    }

    @Test
    void unknownModelsAndVersionsAreNotFound() throws Exception {
        assertRefused(404, service.post("/v2/models/none/infer", "image/jpeg", CAT), "none", "tiny");
        assertRefused(404, service.post("/v2/models/tiny/versions/2/infer", "image/jpeg", CAT), "2");
        assertThat(service.post("/v2/models/tiny/versions/1/infer", "image/jpeg", CAT).statusCode()).isEqualTo(200);
        assertRefused(404, service.post("/v1/models/tiny", "application/json", CAT), ":predict");
        assertRefused(404, service.post("/predictions/none", "image/jpeg", CAT));
    }
}
