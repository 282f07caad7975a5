package net.alexnet.server.studio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.alexnet.ImageClassifier;
import net.alexnet.inference.StrongestPictures;
import net.alexnet.server.HttpSettings;
import net.alexnet.train.RunFolder;
import net.alexnet.train.config.RecipeReader;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the pages say of a network.
class ModelTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    static Path folder;

    private static Studio studio;
    private static Page page;

    @BeforeAll
    static void start() throws Exception {
        ToyRun.in(folder);
        studio = Studio.start(HttpSettings.defaults(), List.of(folder.resolve("runs")), ToyRun.options(folder),
                Studio.Control.NONE);
        page = new Page(studio.address());
    }

    @AfterAll
    static void stop() {
        studio.close();
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static List<Path> pictures() throws Exception {
        try (var files = Files.walk(folder.resolve("pictures"))) {
            return files.filter(file -> file.getFileName().toString().matches("\\d\\.png")).sorted().toList();
        }
    }

    private static JsonNode evaluated() throws Exception {
        JsonNode state = json(page.post("/models/toy/evaluation", new byte[0]));
        while (state.path("state").asText().equals("running")) {
            Thread.sleep(20);
            state = json(page.get("/models/toy/evaluation"));
        }
        assertThat(state.path("state").asText()).as(state.toString()).isEqualTo("done");
        return state;
    }

    @Test
    void answersAreTheLibrarysBits() throws Exception {
        for (int views : new int[] {1, 10}) {
            try (ImageClassifier classifier = ImageClassifier.load(folder.resolve("runs/toy"),
                    ToyRun.options(folder).views(views))) {
                for (Path picture : pictures().subList(8, 14)) {
                    JsonNode answer = json(page.post("/try/toy/classify?views=" + views, Files.readAllBytes(picture)));
                    List<Float> found = new ArrayList<>();
                    answer.path("probabilities").forEach(one -> found.add(Float.parseFloat(one.asText())));
                    float[] expected = classifier.classify(picture).probabilities();
                    assertThat(found).hasSize(expected.length);
                    for (int i = 0; i < expected.length; i++) {
                        assertThat(Float.floatToIntBits(found.get(i))).isEqualTo(Float.floatToIntBits(expected[i]));
                    }
                    assertThat(answer.path("top").get(0).path("label").asText())
                            .isEqualTo(classifier.classify(picture).best().label());
                }
            }
        }
    }

    @Test
    void aSavedModelAnswersTheSame() throws Exception {
        List<String> links = page.document("/models/toy").select("#save a").eachAttr("href");
        assertThat(links).hasSize(5);
        for (String link : links.stream().filter(one -> !one.contains("keras") && !one.contains("h5")).toList()) {
            HttpResponse<byte[]> answer = page.bytes(link);
            String name = answer.headers().firstValue("Content-Disposition").orElseThrow().split("\"", -1)[1];
            Path saved = Files.write(folder.resolve(name), answer.body());
            try (ImageClassifier run = ImageClassifier.load(folder.resolve("runs/toy"), ToyRun.options(folder));
                    ImageClassifier file = ImageClassifier.load(saved, ToyRun.options(folder))) {
                assertThat(Arrays.equals(file.classify(pictures().getFirst()).probabilities(),
                        run.classify(pictures().getFirst()).probabilities())).as(name).isTrue();
            }
        }
        assertThat(page.get("/models/toy/file?extension=.exe").statusCode()).isEqualTo(400);
    }

    @Test
    void whatIsNoPictureIsRefused() throws Exception {
        for (byte[] body : List.of(new byte[0], "<svg/>".getBytes(StandardCharsets.UTF_8), new byte[100_000])) {
            assertThat(page.post("/try/toy/classify", body).statusCode()).isEqualTo(400);
        }
        assertThat(page.post("/try/toy/classify?views=3", Files.readAllBytes(pictures().getFirst())).statusCode())
                .isEqualTo(400);
        assertThat(page.get("/try/toy?checkpoint=step-99").statusCode()).isEqualTo(404);
    }

    @Test
    void coversThePicturePlaceByPlace() throws Exception {
        JsonNode heat = json(page.post("/try/toy/occlusion", Files.readAllBytes(pictures().getFirst())));
        assertThat(heat.path("least").asDouble()).isLessThanOrEqualTo(heat.path("most").asDouble()).isBetween(0.0, 1.0);
        assertThat(heat.path("picture").path("side").asInt()).isEqualTo(16);
    }

    @Test
    void findsTheNearestTrainingPictures() throws Exception {
        byte[] picture = Files.readAllBytes(folder.resolve("pictures/green/same.png"));
        JsonNode answer = json(page.post("/try/toy/near", picture));
        while (answer.path("state").asText().equals("computing")) {
            Thread.sleep(20);
            answer = json(page.post("/try/toy/near", picture));
        }
        assertThat(answer.path("near")).hasSize(6);
        assertThat(answer.path("pictures").path("count").asInt()).isEqualTo(6);
        List<Double> distances = new ArrayList<>();
        answer.path("near").forEach(one -> distances.add(one.path("distance").asDouble()));
        assertThat(distances).isSorted();
    }

    @Test
    void tryGoesToARunWithACheckpoint() throws Exception {
        assertThat(page.get("/try").headers().firstValue("Location")).hasValue("/try/toy");
    }

    @Test
    void showsTheKernels() throws Exception {
        JsonNode kernels = json(page.get("/models/toy/kernels"));
        int towers = kernels.path("towers").asInt();
        assertThat(kernels.path("tiles").path("count").asInt()).isEqualTo(kernels.path("kernels").size());
        assertThat(kernels.path("kernels").get(kernels.path("kernels").size() - 1).path("tower").asInt())
                .isEqualTo(towers - 1);
        assertThat(kernels.path("kernels")).allSatisfy(one -> {
            assertThat(one.path("norm").asDouble()).isPositive();
            assertThat(one.path("share").asDouble()).isBetween(0.0, 1.0);
        });
    }

    @Test
    void showsAPicturesWay() throws Exception {
        JsonNode way = json(page.post("/models/toy/layers", Files.readAllBytes(pictures().getFirst())));
        assertThat(way.path("layers")).isNotEmpty().allSatisfy(layer -> {
            assertThat(layer.path("active").asDouble()).isBetween(0.0, 1.0);
            assertThat(layer.path("tiles").path("count").asInt()).isEqualTo(layer.path("numbers").size());
        });
        assertThat(way.path("layers").get(0).path("name").asText()).isEqualTo("conv1");
    }

    @Test
    void listsMistakesAndThePicturesOfACell() throws Exception {
        JsonNode state = evaluated();
        assertThat(Jsoup.parse(state.path("html").asText()).select("table.matrix tbody tr")).hasSize(3);
        assertThat(Jsoup.parse(state.path("html").asText()).select("script")).isEmpty();
        JsonNode all = json(page.get("/models/toy/mistakes?sort=loss"));
        assertThat(all.path("found").asInt()).isEqualTo(state.path("wrong").asInt());
        JsonNode cell = json(page.get("/models/toy/mistakes?truth=blue&taken=blue&sort=margin"));
        List<Double> margins = new ArrayList<>();
        cell.path("pictures").forEach(one -> {
            assertThat(one.path("truth").asText()).isEqualTo("blue");
            assertThat(one.path("top").get(0).path("label").asText()).isEqualTo("blue");
            margins.add(one.path("margin").asDouble());
        });
        assertThat(margins).isSorted();
        int index = json(page.get("/models/toy/mistakes?truth=green&taken=green")).path("pictures").path(0)
                .path("index").asInt();
        HttpResponse<String> picture = page.get("/models/toy/pictures/" + index);
        assertThat(picture.headers().firstValue("Content-Type")).hasValue("image/png");
        for (String shown : List.of("/pictures/" + index, "/pictures/" + index + "/layers", "/mistakes")) {
            assertThat(page.get("/models/toy" + shown).headers().firstValue("Cache-Control")).hasValue("no-store");
        }
        assertThat(json(page.get("/models/toy/pictures/0/layers")).path("layers")).isNotEmpty();
        assertThat(page.get("/models/toy/pictures/99").statusCode()).isEqualTo(404);
        assertThat(page.get("/models/toy/mistakes?sort=x").statusCode()).isEqualTo(400);
        assertThat(page.get("/models/toy/mistakes?truth=x").statusCode()).isEqualTo(404);
        assertThat(json(page.get("/models/toy/pairs?q=blue")).size()).isLessThanOrEqualTo(4);
    }

    @Test
    void findsThePicturesThatExciteAUnitMost() throws Exception {
        JsonNode state = evaluated();
        List<String> names = new ArrayList<>();
        for (JsonNode truth : state.path("classes")) {
            for (JsonNode taken : state.path("classes")) {
                json(page.get("/models/toy/mistakes?truth=" + encoded(truth) + "&taken=" + encoded(taken)))
                        .path("pictures").forEach(one -> names.add(one.path("name").asText()));
            }
        }
        assertThat(names).hasSize(state.path("pictures").asInt()).hasSizeGreaterThan(StrongestPictures.MOST);
        int units = json(page.get("/models/toy/kernels")).path("kernels").size();
        try (ImageClassifier classifier = ImageClassifier.load(folder.resolve("runs/toy"), ToyRun.options(folder))) {
            for (int unit = 0; unit < units; unit++) {
                Map<String, Float> greatest = new HashMap<>();
                for (String name : names) {
                    float[] maps = classifier.features(folder.resolve("pictures").resolve(name), "conv1");
                    int area = maps.length / units;
                    float most = 0;
                    for (int i = unit * area; i < (unit + 1) * area; i++) {
                        most = Math.max(most, maps[i]);
                    }
                    greatest.put(name, most);
                }
                List<Float> expected = greatest.values().stream().filter(value -> value > 0)
                        .sorted(Comparator.reverseOrder()).limit(StrongestPictures.MOST).toList();
                List<Float> found = new ArrayList<>();
                for (JsonNode one : json(page.get("/models/toy/units/conv1/" + unit))) {
                    assertThat(greatest).containsEntry(one.path("name").asText(),
                            Float.parseFloat(one.path("value").asText()));
                    assertThat(one.path("name").asText()).startsWith(one.path("truth").asText() + "/");
                    found.add(Float.parseFloat(one.path("value").asText()));
                }
                assertThat(found).as("unit " + unit).isEqualTo(expected);
            }
        }
        assertThat(json(page.get("/models/toy/units/conv5/0"))).hasSizeLessThanOrEqualTo(StrongestPictures.MOST);
        assertThat(page.get("/models/toy/units/conv1/" + units).statusCode()).isEqualTo(404);
        assertThat(page.get("/models/toy/units/fc7/0").statusCode()).isEqualTo(404);
        for (String negative : List.of("/units/conv1/-1", "/pictures/-1", "/pictures/-1/layers", "/mistakes?from=-1")) {
            assertThat(page.get("/models/toy" + negative).statusCode()).as(negative).isEqualTo(404);
        }
    }

    private static String encoded(JsonNode text) {
        return URLEncoder.encode(text.asText(), StandardCharsets.UTF_8);
    }

    @Test
    void theCardIsText() throws Exception {
        Document model = page.document("/models/toy");
        assertThat(model.select("#card .names li").eachText()).contains(ToyRun.HOSTILE, "green", "blue");
        assertThat(model.select("script").eachAttr("src")).containsExactly("/assets/model.js");
        assertThat(model.select("[style]")).isEmpty();
        assertThat(model.select("#card dd").eachText()).as("what becomes of a picture, with the scale")
                .anyMatch(text -> text.contains("resized to 20") && text.contains("minus") && text.contains("times"));
    }

    @Test
    void theLinesNameTheCheckpoint() throws Exception {
        Document tried = page.document("/try/toy");
        String checkpoint = tried.select("#try").attr("data-checkpoint");
        assertThat(checkpoint).startsWith("step-");
        assertThat(tried.select(".same code").eachText()).hasSize(3).allMatch(text -> text.contains(checkpoint));
        assertThat(tried.select(".same .views").eachText()).containsExactly("1", "1", "1");
        assertThat(tried.text()).doesNotContain("Authorization");
        assertThat(tried.select("noscript")).hasSize(1);
    }

    @Test
    void fetchesNothing() throws Exception {
        Path run = folder.resolve("runs/remote");
        try (Stream<Path> files = Files.walk(folder.resolve("runs/toy"))) {
            for (Path file : files.toList()) {
                Files.copy(file, run.resolve(folder.resolve("runs/toy").relativize(file)));
            }
        }
        Files.writeString(run.resolve("recipe.yaml"),
                RecipeReader.write(new RunFolder(run).recipe().withSource("https://localhost:1/pictures.tar")));
        Thread.sleep(1100); // lists are kept for a second
        assertThat(page.post("/models/remote/evaluation", new byte[0]).statusCode()).isEqualTo(404);
        byte[] picture = Files.readAllBytes(pictures().getFirst());
        HttpResponse<String> near = page.post("/try/remote/near", picture);
        while (near.statusCode() == 200) { // until the failure is told
            assertThat(json(near).path("state").asText()).isEqualTo("computing");
            Thread.sleep(20);
            near = page.post("/try/remote/near", picture);
        }
        assertThat(near.statusCode()).isEqualTo(404);
    }
}
