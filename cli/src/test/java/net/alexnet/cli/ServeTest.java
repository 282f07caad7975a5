package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import net.alexnet.ImageClassifier;
import net.alexnet.Options;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.Safetensors;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Initialization;
import net.alexnet.nn.Network;
import net.alexnet.server.HttpSettings;
import net.alexnet.server.service.ModelService;
import net.alexnet.server.service.ModelSpec;
import net.alexnet.server.service.ServiceSettings;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The program as a service: started, asked, stopped by a signal.
class ServeTest {
    private static final Pattern ADDRESS = Pattern.compile("serving on (http://\\S+?),? .*");

    @TempDir
    private Path folder;

    private Path model() throws Exception {
        AlexNet network = AlexNet.small().withSize(32, 3, 0.05).withClasses(2);
        try (ReferenceBackend backend = new ReferenceBackend(Precision.FLOAT32)) {
            Path file = folder.resolve("two.safetensors");
            Safetensors.write(file, Model.metadata(new ModelCard(network, List.of("cat", "dog"),
                    new Preprocessing(3, 32, 32, List.of(120.0, 120.0, 120.0), 1 / 64.0), "test")),
                    Network.initialize(network.architecture(), Initialization.HE, 1, backend).entries());
            return file;
        }
    }

    @Test
    void itSaysWhereItIsAndEndsOnASignal() throws Exception {
        String token = "0123456789abcdef";
        Process process = ProgramProcess
                .of(Main.class, "serve", model(), "--port", 0, "--log", "json", "--token", token)
                .redirectError(folder.resolve("log").toFile()).start();
        try (BufferedReader out = process.inputReader()) {
            Matcher address = ADDRESS.matcher(String.valueOf(out.readLine()));
            assertThat(address.matches()).isTrue();
            assertThat(out.readLine()).contains("two: 2 classes", "MiB");
            assertThat(out.readLine()).contains("curl", "Authorization", "/predictions/two").doesNotContain(token);
            Path picture = folder.resolve("picture.png");
            ToyImages.writeGray(picture, "discs");
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address.group(1) + "/predictions/two"))
                    .POST(BodyPublishers.ofFile(picture));
            HttpClient client = HttpClient.newHttpClient();
            assertThat(client.send(request.build(), BodyHandlers.ofString()).statusCode()).isEqualTo(401);
            HttpResponse<String> answer = client.send(request.header("Authorization", "Bearer " + token).build(),
                    BodyHandlers.ofString());
            assertThat(answer.body()).contains("cat", "dog");
            assertThat(client.send(request.POST(BodyPublishers.ofByteArray(damaged())).build(),
                    BodyHandlers.ofString()).statusCode()).isEqualTo(200);
            ProgramProcess.signal(process, 15);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(143);
            assertThat(folder.resolve("log")).content().contains("\"path\":\"/predictions/two\",\"status\":200")
                    .doesNotContain(token);
            List<String> messages = new ArrayList<>();
            for (String line : log()) {
                JsonNode one = new ObjectMapper().readTree(line);
                assertThat(one.isObject()).as(line).isTrue();
                messages.add(one.path("message").asText());
            }
            assertThat(messages).as("of libjpeg").anyMatch(text -> text.contains("extraneous bytes"));
            assertThat(messages).as("of the signal").anyMatch(text -> text.startsWith("stopping"));
        } finally {
            process.destroyForcibly();
        }
    }

    /// What the process wrote, but for what the JVM says before the program begins.
    private List<String> log() throws Exception {
        return Files.readAllLines(folder.resolve("log")).stream()
                .filter(line -> !line.startsWith("WARNING: Using incubator modules")).toList();
    }

    /// A JPEG that can be read, though there is something in it that does not belong there.
    private static byte[] damaged() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB), "jpg", out);
        byte[] whole = out.toByteArray();
        out.reset();
        out.write(whole, 0, whole.length - 2);
        out.writeBytes(new byte[20]);
        out.write(whole, whole.length - 2, 2);
        return out.toByteArray();
    }

    /// A start that fails is told as JSON, too.
    @Test
    void eachLineOfTheLogIsJsonWhateverHappens() throws Exception {
        Process process = ProgramProcess
                .of(Main.class, "serve", folder.resolve("none"), "--port", 0, "--log", "json")
                .redirectError(folder.resolve("log").toFile()).start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(log()).hasSize(1);
            assertThat(new ObjectMapper().readTree(log().getFirst()).path("message").asText()).contains("none");
        } finally {
            process.destroyForcibly();
        }
    }

    /// The command line, the library and the service give the same bits. (InferTest of `server` has the other ways to ask.)
    @ParameterizedTest
    @ValueSource(ints = {1, 10})
    void itAnswersAsTheCommandLineAndTheLibrary(int views) throws Exception {
        Path model = model();
        Path picture = folder.resolve("picture.png");
        ToyImages.writeGray(picture, "columns");
        ServiceSettings settings = ServiceSettings.of(List.of(ModelSpec.parse(model.toString())),
                HttpSettings.defaults());
        try (ModelService service = ModelService.start(settings, _ -> {});
                ImageClassifier library = ImageClassifier.load(model, Options.defaults().views(views))) {
            HttpRequest request = HttpRequest
                    .newBuilder(URI.create(service.address() + "/predictions/two?views=" + views))
                    .POST(BodyPublishers.ofFile(picture)).build();
            JsonNode answer = new ObjectMapper().readTree(HttpClient.newHttpClient().send(request,
                    BodyHandlers.ofString()).body());
            JsonNode line = Result.done("classify", model, picture, "--views", views, "--json").json()
                    .at("/0/predictions");
            assertThat(answer).hasSize(2);
            for (int i = 0; i < 2; i++) {
                String label = answer.get(i).get("className").asText();
                assertThat(line.get(i).get("class").asText()).isEqualTo(label);
                float probability = Float.parseFloat(answer.get(i).get("probability").asText());
                assertThat(Float.parseFloat(line.get(i).get("probability").asText())).isEqualTo(probability);
                assertThat(library.classify(picture).probability(label)).isEqualTo(probability);
            }
        }
    }

    @Test
    void wrongUseIsRefused() throws Exception {
        Path model = model();
        Result.of("serve").isRefused(2, "MODEL");
        Result.of("serve", model, "--host", "0.0.0.0").isRefused(2, "--token", "--no-auth");
        Result.of("serve", model, "--token", "short").isRefused(2, "16");
        Result.of("serve", model, "--tls-key", "key.pem").isRefused(2, "--tls-certificate");
        Result.of("serve", model, "--queue", 0).isRefused(2, "--queue", "0");
        Result.of("serve", model, model).isRefused(2, "two");
        Result.of("serve", folder.resolve("none"), "--port", 0).isRefused(1, "none");
    }
}
