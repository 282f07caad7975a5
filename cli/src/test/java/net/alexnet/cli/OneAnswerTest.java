package net.alexnet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import module java.base;
import net.alexnet.Classification.Guess;
import net.alexnet.ImageClassifier;
import net.alexnet.Options;
import net.alexnet.server.HttpSettings;
import net.alexnet.server.service.ModelService;
import net.alexnet.server.service.ModelSpec;
import net.alexnet.server.service.ServiceSettings;
import net.alexnet.server.studio.Studio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The library, the program, the page and the service give one picture the same bits, whatever else they compute.
class OneAnswerTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    @Test
    void fourDoorsGiveTheSameBits() throws Exception {
        Path pictures = folder.resolve("pictures");
        ToyImages.write(pictures, 20, 1);
        Path recipe = Files.writeString(folder.resolve("wide.yaml"), ToyRecipe.TEXT.replace("0.08", "0.25"));
        Result.done("train", "--data", pictures, "--recipe", recipe, "--runs", folder.resolve("runs"), "--epochs", 1);
        Path run = RunFiles.latest(folder.resolve("runs")).folder();
        List<Path> files;
        try (Stream<Path> all = Files.walk(pictures)) {
            files = all.filter(Files::isRegularFile).sorted().limit(9).toList();
        }
        for (int views : new int[] {1, 10}) {
            List<Map<String, Float>> library = library(run, files, views);
            assertThat(new HashSet<>(library)).hasSizeGreaterThan(1);
            assertThat(program(run, files, views)).isEqualTo(library);
            assertThat(service(run, files, views)).isEqualTo(library);
            assertThat(page(run, files, views)).isEqualTo(library);
        }
    }

    /// One picture at a time, in this JVM, which has the Vector API.
    private static List<Map<String, Float>> library(Path run, List<Path> files, int views) throws IOException {
        List<Map<String, Float>> answers = new ArrayList<>();
        try (ImageClassifier classifier = ImageClassifier.load(run, Options.defaults().views(views).threads(1))) {
            for (Path file : files) {
                answers.add(classifier.classify(file).top(classifier.labels().size()).stream()
                        .collect(Collectors.toMap(Guess::label, Guess::probability)));
            }
        }
        return answers;
    }

    /// All pictures in one batch, in a JVM without the Vector API.
    private static List<Map<String, Float>> program(Path run, List<Path> files, int views) throws Exception {
        List<Object> arguments = new ArrayList<>(List.of("classify", run, "--json", "--views", views));
        arguments.addAll(files);
        ProcessBuilder builder = ProgramProcess.of(Main.class, arguments.toArray());
        builder.command().removeIf(flag -> flag.startsWith("--add-modules") || flag.equals("jdk.incubator.vector"));
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        JsonNode all = JSON.readTree(new String(process.getInputStream().readAllBytes(), UTF_8));
        assertThat(process.waitFor()).isZero();
        List<Map<String, Float>> answers = new ArrayList<>();
        for (JsonNode file : all) {
            answers.add(guesses(file.get("predictions"), "class"));
        }
        return answers;
    }

    private static Map<String, Float> guesses(JsonNode list, String label) {
        Map<String, Float> answer = new HashMap<>();
        for (JsonNode guess : list) {
            answer.put(guess.get(label).asText(), Float.parseFloat(guess.get("probability").asText()));
        }
        return answer;
    }

    /// All pictures at once, so that they share batches.
    private static List<Map<String, Float>> service(Path run, List<Path> files, int views) throws Exception {
        try (ModelService service = ModelService.start(ServiceSettings.of(List.of(new ModelSpec("toy", run)),
                HttpSettings.defaults().port(0)), _ -> {});
                ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            while (!service.isReady()) {
                Thread.sleep(10);
            }
            List<Future<Map<String, Float>>> sent = files.stream().map(file -> senders.submit(() -> {
                JsonNode answer = post(service.address() + "/v2/models/toy/infer", JSON.writeValueAsString(Map.of(
                        "parameters", Map.of("views", views),
                        "inputs", List.of(Map.of("name", "image", "datatype", "BYTES", "shape", List.of(1), "data",
                                List.of(Base64.getEncoder().encodeToString(Files.readAllBytes(file)))))))
                        .getBytes(
                                UTF_8),
                        "application/json");
                JsonNode labels = JSON.readTree(
                        get(service.address() + "/v2/models/toy").get("properties").get("labels").asText());
                Map<String, Float> named = new HashMap<>();
                for (int i = 0; i < labels.size(); i++) {
                    named.put(labels.get(i).asText(),
                            Float.parseFloat(answer.get("outputs").get(0).get("data").get(i).asText()));
                }
                return named;
            })).toList();
            List<Map<String, Float>> answers = new ArrayList<>();
            for (Future<Map<String, Float>> one : sent) {
                answers.add(one.get());
            }
            return answers;
        }
    }

    private static List<Map<String, Float>> page(Path run, List<Path> files, int views) throws Exception {
        try (Studio studio = Studio.start(HttpSettings.defaults().port(0), List.of(run.resolve("..").normalize()),
                Options.defaults(), Studio.Control.NONE)) {
            String newest = CLIENT.send(HttpRequest.newBuilder(URI.create(studio.address() + "/try")).build(),
                    BodyHandlers.discarding()).headers().firstValue("location").orElseThrow();
            List<Map<String, Float>> answers = new ArrayList<>();
            for (Path file : files) {
                answers.add(guesses(post(studio.address() + newest + "/classify?views=" + views,
                        Files.readAllBytes(file), "application/octet-stream").get("top"), "label"));
            }
            return answers;
        }
    }

    private static JsonNode post(String address, byte[] body, String type) throws Exception {
        var response = CLIENT.send(HttpRequest.newBuilder(URI.create(address)).header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static JsonNode get(String address) throws Exception {
        return JSON.readTree(CLIENT.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString())
                .body());
    }
}
