package net.alexnet.server.studio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.alexnet.Options;
import net.alexnet.data.Dataset;
import net.alexnet.data.Datasets;
import net.alexnet.data.ImageDataset;
import net.alexnet.server.HttpSettings;
import net.alexnet.server.Json;
import net.alexnet.server.service.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Trainings that the page starts; a shell stands for the program.
@Timeout(30)
@EnabledOnOs({OS.LINUX, OS.MAC})
class ControlTest {
    private static final JsonMapper JSON = new JsonMapper();
    /// Prints its arguments, and waits to be stopped if the folder asks for it.
    private static final String PROGRAM = "case \"$*\" in *slow*) trap 'echo saved; exit 143' TERM; echo \"$@\";"
            + " while :; do sleep 0.05; done;; *broken*) exit 1;; *) echo \"$@\";; esac";

    @TempDir
    Path folder;

    private Studio studio;
    private URI address;

    @BeforeEach
    void start() throws Exception {
        for (String name : List.of("fast", "slow", "broken")) {
            for (String label : List.of("a", "b")) {
                Files.createDirectories(folder.resolve("data/" + name + "/" + label));
                Files.writeString(folder.resolve("data/" + name + "/" + label + "/x.png"), "no picture");
            }
        }
        for (String label : List.of("a", "b")) {
            Files.createDirectories(folder.resolve("outside/" + label));
            Files.writeString(folder.resolve("outside/" + label + "/x.png"), "");
        }
        Files.createSymbolicLink(folder.resolve("data/elsewhere"), folder.resolve("outside"));
        studio = Studio.start(HttpSettings.defaults(), List.of(folder.resolve("runs")), Options.defaults(),
                new Studio.Control(List.of(folder.resolve("data")), folder.resolve("runs"),
                        List.of("/bin/sh", "-c", PROGRAM, "program")));
        address = studio.address();
    }

    @AfterEach
    void stop() {
        studio.close();
    }

    private HttpResponse<String> post(String path, Object body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve(path))
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body))).header("Content-Type",
                        "application/json");
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try (HttpClient client = HttpClient.newHttpClient()) { // the server ends a connection whose request it refused
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    private String id(String name) throws Exception {
        return new Page(address).document("/train").select("#folder option").stream()
                .filter(one -> one.text().endsWith("/" + name)).findFirst().orElseThrow().attr("value");
    }

    private JsonNode awaitState(int number, String state) throws Exception {
        while (true) {
            for (JsonNode one : JSON.readTree(new Page(address).get("/trainings").body())) {
                if (one.path("number").asInt() == number && one.path("state").asText().equals(state)) {
                    return one;
                }
            }
            Thread.sleep(20);
        }
    }

    @Test
    void offersTheFoldersBelowTheRootAndNoOthers() throws Exception {
        String root = folder.toRealPath().toString();
        assertThat(new Page(address).document("/train").select("#folder option").eachText()).hasSize(3)
                .allMatch(text -> text.startsWith(root));
        assertThat(post("/trainings", Map.of("folder", folder.resolve("outside").toString(), "base", "scratch"))
                .statusCode()).isEqualTo(404);
        assertThat(post("/trainings", Map.of("folder", id("fast"), "base", "run ../x")).statusCode()).isEqualTo(404);
    }

    @Test
    void offersFilesOfAFormatAndNoClassesOfElsewhere() throws Exception {
        Files.createDirectories(folder.resolve("data/cifar"));
        Files.writeString(folder.resolve("data/cifar/data_batch_1.bin"), "");
        Files.createSymbolicLink(folder.resolve("data/fast/c"), folder.resolve("outside/a"));
        Path unreadable = Files.createDirectories(folder.resolve("data/unreadable"));
        Files.setPosixFilePermissions(unreadable, Set.of());
        try {
            assertThat(new Page(address).document("/train").select("#folder option").eachText()).hasSize(3)
                    .anyMatch(text -> text.endsWith("/cifar")).noneMatch(text -> text.endsWith("/fast"));
        } finally {
            Files.setPosixFilePermissions(unreadable, PosixFilePermissions.fromString("rwx------"));
        }
    }

    private JsonNode contents(String name) throws Exception {
        HttpResponse<String> answer = new Page(address).get("/train/folders/" + id(name));
        return ((ObjectNode) JSON.readTree(answer.body())).put("status", answer.statusCode());
    }

    /// What `train` and `prepare` read.
    private static Map<String, Integer> trainedOn(Path source) throws Exception {
        Dataset dataset = Datasets.open(source, 1, 0.2, List.of());
        Map<String, Integer> counts = new TreeMap<>();
        for (ImageDataset part : List.of(dataset.training(), dataset.validation())) {
            part.samples().forEach(one -> counts.merge(dataset.classes().get(one.label()), 1, Integer::sum));
        }
        return counts;
    }

    private static Map<String, Integer> counts(JsonNode contents) {
        Map<String, Integer> counts = new TreeMap<>();
        contents.path("counts").properties().forEach(one -> counts.put(one.getKey(), one.getValue().asInt()));
        return counts;
    }

    @Test
    void countsWhatTrainingReadsBehindLinks() throws Exception {
        Path a = folder.resolve("data/fast/a");
        Path more = Files.createDirectories(folder.resolve("data/more/deep"));
        Files.write(more.resolve("1.png"), Fixtures.picture("png", 1));
        Files.write(folder.resolve("data/more/2.png"), Fixtures.picture("png", 2));
        Files.createSymbolicLink(a.resolve("file.png"), folder.resolve("data/more/2.png"));
        Files.createSymbolicLink(a.resolve("folder"), folder.resolve("data/more"));
        Files.createSymbolicLink(a.resolve("again"), a); // a circle
        Files.createSymbolicLink(a.resolve("nowhere.png"), folder.resolve("data/gone.png"));
        JsonNode found = contents("fast");
        assertThat(counts(found)).isEqualTo(trainedOn(folder.resolve("data/fast"))).isEqualTo(Map.of("a", 5, "b", 1));
        assertThat(found.path("brokenCount").asInt()).as("x.png twice, and the link that leads nowhere").isEqualTo(3);
        assertThat(found.path("duplicates")).hasSize(1);
    }

    @Test
    void readsNothingOutsideTheRoot() throws Exception {
        Path secret = Files.writeString(folder.resolve("outside/secret.png"), "");
        Map<Path, Path> links = Map.of(folder.resolve("data/fast/a/file.png"), secret,
                folder.resolve("data/slow/a/folder"), folder.resolve("outside"),
                Files.createDirectories(folder.resolve("data/broken/a/deep/er")).resolve("up"), folder,
                Files.createDirectories(folder.resolve("data/later/a")).resolve("gone.png"),
                Path.of("../../../outside/gone.png"));
        for (String label : List.of("a", "b")) {
            Files.createDirectories(folder.resolve("data/later/" + label));
            Files.writeString(folder.resolve("data/later/" + label + "/x.png"), "");
        }
        for (Map.Entry<Path, Path> link : links.entrySet()) {
            Files.createSymbolicLink(link.getKey(), link.getValue());
            String name = folder.resolve("data").relativize(link.getKey()).getName(0).toString();
            JsonNode found = contents(name);
            assertThat(found.path("status").asInt()).isEqualTo(403);
            assertThat(found.path("error").asText()).startsWith(folder.resolve("data").relativize(link.getKey()) + " ")
                    .doesNotContain("secret", folder.toString());
            assertThat(post("/trainings", Map.of("folder", id(name), "base", "scratch")).statusCode()).isEqualTo(403);
        }
        assertThat(JSON.readTree(new Page(address).get("/trainings").body())).isEmpty();
    }

    @Test
    void looksNowhereThatTrainingDoesNot() throws Exception {
        Path outside = folder.resolve("outside");
        Files.writeString(folder.resolve("data/fast/a/y.png"), "");
        for (String name : List.of("lost+found", "@eaDir", ".hidden")) {
            Files.createSymbolicLink(Files.createDirectories(folder.resolve("data/fast/a/" + name)).resolve("out"),
                    outside);
        }
        Path run = Files.createDirectories(folder.resolve("data/fast/runs/1"));
        Files.writeString(run.resolve("recipe.yaml"), "");
        Files.writeString(run.resolve("log.jsonl"), "");
        Files.createSymbolicLink(run.resolve("out"), outside);
        JsonNode found = contents("fast");
        assertThat(found.path("status").asInt()).isEqualTo(200);
        assertThat(counts(found)).isEqualTo(trainedOn(folder.resolve("data/fast"))).isEqualTo(Map.of("a", 2, "b", 1));
    }

    @Test
    void looksAgainWhenATrainingStarts() throws Exception {
        post("/trainings", Map.of("folder", id("slow"), "base", "scratch"));
        post("/trainings", Map.of("folder", id("fast"), "base", "scratch"));
        while (awaitState(1, "running").path("printed").isEmpty()) {
            Thread.sleep(20); // until it can be stopped
        }
        Files.createSymbolicLink(folder.resolve("data/fast/a/out"), folder.resolve("outside"));
        post("/trainings/1/stop", Map.of());
        assertThat(awaitState(2, "failed").path("printed")).hasSize(1).first().asString().contains("fast/a/out")
                .doesNotContain("--runs");
    }

    @Test
    void trainsOnAList() throws Exception {
        Path data = folder.resolve("data");
        Path list = Files.writeString(data.resolve("list.csv"), "label,path\nant,fast/a/x.png\nbee,fast/b/x.png\n"
                + "ant,slow/a/x.png\nbee," + folder.toRealPath().resolve("data/slow/b/x.png") + "\nbee,gone.png\n");
        Files.writeString(data.resolve("table.csv"), "epoch,loss\n1,2.5\n");
        Files.createSymbolicLink(data.resolve("linked.csv"), list);
        assertThat(new Page(address).document("/train").select("#folder option").eachText())
                .filteredOn(text -> text.endsWith(".csv")).hasSize(1).allMatch(text -> text.endsWith("/list.csv"));
        assertThat(counts(contents("list.csv"))).isEqualTo(trainedOn(list)).isEqualTo(Map.of("ant", 2, "bee", 3));
        post("/trainings", Map.of("folder", id("list.csv"), "base", "scratch"));
        assertThat(awaitState(1, "done").path("printed").get(0).asText()).startsWith("train --data")
                .contains("data/list.csv --runs");
        for (String outside : List.of(folder.resolve("outside/a/x.png").toString(), "/not/there.png", "out.png")) {
            Files.deleteIfExists(data.resolve("out.png"));
            Files.createSymbolicLink(data.resolve("out.png"), folder.resolve("outside/b/x.png"));
            Files.writeString(list, "path,label\nfast/a/x.png,ant\nfast/b/x.png,bee\n" + outside + ",bee\n");
            assertThat(contents("list.csv").path("status").asInt()).as(outside).isEqualTo(403);
            assertThat(post("/trainings", Map.of("folder", id("list.csv"))).statusCode()).isEqualTo(403);
        }
    }

    @Test
    void trainsOneAfterTheOther() throws Exception {
        post("/trainings", Map.of("folder", id("slow"), "base", "scratch"));
        while (awaitState(1, "running").path("printed").isEmpty()) {
            Thread.sleep(20); // until it can be stopped
        }
        post("/trainings", Map.of("folder", id("fast"), "base", "scratch", "epochs", 3));
        assertThat(awaitState(2, "waiting").path("printed")).isEmpty();
        post("/trainings/1/stop", Map.of());
        assertThat(awaitState(1, "stopped").path("printed").get(1).asText()).isEqualTo("saved");
        assertThat(awaitState(2, "done").path("printed").get(0).asText()).startsWith("train --data")
                .contains("data/fast", "--runs", "--epochs 3", "--threads " + Options.defaults().threads());
        post("/trainings", Map.of("folder", id("broken"), "base", "scratch"));
        awaitState(3, "failed");
    }

    @Test
    void theEndOfThePageWaitsForATrainingToSave() throws Exception {
        post("/trainings", Map.of("folder", id("slow"), "base", "scratch"));
        while (awaitState(1, "running").path("printed").isEmpty()) {
            Thread.sleep(20); // until it can be stopped
        }
        post("/trainings", Map.of("folder", id("fast"), "base", "scratch"));
        assertThat(studio.stop()).contains("saved");
        assertThat(studio.stop()).isEmpty();
    }

    @Test
    void anEmptyListLeadsToThePageThatStartsARun() throws Exception {
        assertThat(new Page(address).document("/").select("main a").eachAttr("href")).containsExactly("/train");
    }

    @Test
    void oneThatWaitsCanBeTakenBack() throws Exception {
        post("/trainings", Map.of("folder", id("slow"), "base", "scratch"));
        post("/trainings", Map.of("folder", id("fast"), "base", "scratch"));
        post("/trainings/2/stop", Map.of());
        post("/trainings/1/stop", Map.of());
        assertThat(awaitState(2, "stopped").path("printed")).isEmpty();
        assertThat(post("/trainings/7/stop", Map.of()).statusCode()).isEqualTo(404);
    }

    @Test
    void pagesOfOtherSitesStartNothing() throws Exception {
        Map<String, String> wanted = Map.of("folder", id("fast"), "base", "scratch");
        assertThat(post("/trainings", wanted, "Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(403);
        assertThat(post("/trainings", wanted, "Origin", "http://example.org").statusCode()).isEqualTo(403);
        assertThat(post("/trainings", wanted, "Content-Type", "text/plain").statusCode()).isEqualTo(415);
        for (Object epochs : List.of(0, -1, 1001, 1.5, 4294967298L, 1e300, "x", "3", true, List.of(3))) {
            HttpResponse<String> refused = post("/trainings", Map.of("folder", id("fast"), "epochs", epochs));
            assertThat(refused.statusCode()).as(epochs.toString()).isEqualTo(400);
            assertThat(JSON.readTree(refused.body()).path("error").asText())
                    .contains(epochs instanceof List ? "ARRAY" : JSON.writeValueAsString(epochs));
        }
        assertThat(post("/trainings", Map.of())).satisfies(answer -> {
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("folder is missing");
        });
        assertThat(JSON.readTree(new Page(address).get("/trainings").body())).isEmpty();
    }

    @Test
    void continuesARunThatWasStopped() throws Exception {
        Path run = ToyRun.in(folder);
        TestRuns.stopped(folder.resolve("runs/young")); // has no checkpoint
        assertThat(offeredRuns()).isEmpty(); // it has made all its epochs
        Path recipe = run.resolve("recipe.yaml");
        Path pictures = folder.resolve("data/pictures");
        String text = Files.readString(recipe).replace("epochs: 4", "epochs: 40");
        Files.writeString(recipe, text);
        TestRuns.append(run, TestRuns.warning(1, "the log has grown, so it is read again"));
        while (offeredRuns().isEmpty()) {
            Thread.sleep(20); // the list of runs is kept for a second
        }
        assertThat(offeredRuns()).containsExactly("toy");
        HttpResponse<String> elsewhere = post("/trainings", Map.of("resume", "toy"));
        assertThat(elsewhere.statusCode()).as("its pictures are not below the root").isEqualTo(403);
        assertThat(elsewhere.body()).contains("--data").doesNotContain(folder.toString());
        Files.move(folder.resolve("pictures"), pictures);
        assertThat(text).contains(folder.resolve("pictures").toString());
        Files.writeString(recipe, text.replace(folder.resolve("pictures").toString(), pictures.toString()));
        Path link = Files.createSymbolicLink(pictures.resolve("blue/out"), folder.resolve("outside"));
        assertThat(post("/trainings", Map.of("resume", "toy")).statusCode()).isEqualTo(403);
        Files.delete(link);
        post("/trainings", Map.of("resume", "toy"));
        assertThat(awaitState(1, "done").path("printed").get(0).asText())
                .isEqualTo("train --resume " + run.toRealPath() + " --threads " + Options.defaults().threads()
                        + " --progress plain");
        assertThat(post("/trainings", Map.of("resume", "young")).statusCode()).isEqualTo(404);
    }

    private List<String> offeredRuns() throws Exception {
        return new Page(address).document("/train").select("#run option").eachAttr("value");
    }

    @Test
    void withoutControlThereIsNothingToStart() throws Exception {
        try (Studio other = Studio.start(HttpSettings.defaults(), List.of(folder), Options.defaults(),
                Studio.Control.NONE)) {
            Page page = new Page(other.address());
            assertThat(page.get("/train").statusCode()).isEqualTo(404);
            assertThat(page.post("/trainings", new byte[0]).statusCode()).isEqualTo(404);
            assertThat(page.document("/").select("nav a").eachText()).doesNotContain("Train");
        }
    }
}
