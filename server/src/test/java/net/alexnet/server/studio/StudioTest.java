package net.alexnet.server.studio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.alexnet.Options;
import net.alexnet.io.LockFile;
import net.alexnet.server.HttpSettings;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StudioTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    private Path run;
    private Studio studio;
    private Page page;

    @BeforeEach
    void start() throws Exception {
        run = TestRuns.stopped(folder.resolve("a <b>run"));
        TestRuns.finished(folder.resolve("done"));
        studio = Studio.start(HttpSettings.defaults(), List.of(folder), Options.defaults(), Studio.Control.NONE);
        page = new Page(studio.address());
    }

    @AfterEach
    void stop() {
        studio.close();
    }

    @Test
    void listsRunsWithTheirState() throws Exception {
        Document list = page.document("/");
        assertThat(list.select("tbody tr")).hasSize(2);
        assertThat(list.select("tbody tr:has(th:contains(done)) td").eachText()).contains("✓ finished", "1/1",
                "25.00 %", "12.50 %", "100", "/pictures/cats");
        assertThat(list.select("tbody tr:has(th:contains(<b>)) td").eachText()).contains("■ stopped ▲ warned", "1/2",
                "50.00 %", "/pictures/<b>dogs</b>");
        assertThat(list.select("b")).as("names are texts").isEmpty();
        assertThat(list.select("[style], script:not([src])")).as("what the policy forbids").isEmpty();
    }

    @Test
    void anEmptyListNamesTheFolderToTrainInto(@TempDir Path other) throws Exception {
        try (Studio empty = Studio.start(HttpSettings.defaults(), List.of(other), Options.defaults(),
                Studio.Control.NONE)) {
            assertThat(new Page(empty.address()).document("/").select("pre").text()).contains("--runs " + other);
            assertThat(new Page(empty.address()).document("/claims").select("pre").text())
                    .contains("./alexnet studio reproduction/");
        }
    }

    @Test
    void aTopFiveErrorOfZeroIsNotShown() throws Exception {
        TestRuns.append(run, TestRuns.epoch(4, 2, 0.75).replace("0.125", "0.0"));
        assertThat(page.document("/").select("tbody tr:has(th:contains(<b>)) td").eachText()).contains("75.00 %")
                .doesNotContain("0.00 %");
        assertThat(
                page.document("/runs/" + page.document("/").select("tbody tr:has(th:contains(<b>))").attr("data-run"))
                        .select("dl.tiles dt").eachText())
                .contains("top-1 error").doesNotContain("top-5 error");
    }

    @Test
    void searches() throws Exception {
        assertThat(page.document("/?q=CATS+finished").select("tbody th").eachText()).containsExactly("done");
        assertThat(page.document("/?q=cats+stopped").select("tbody tr")).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aLockedRunIsRunning() throws Exception {
        try (LockFile _ = LockFile.tryTake(run.resolve("lock")).orElseThrow()) {
            assertThat(page.document("/").select(".state.running")).hasSize(1);
        }
        assertThat(page.document("/").select(".state.running")).isEmpty();
    }

    @Test
    void aRunsPageHasTheReportsParts() throws Exception {
        Document one = page.document("/runs/a-b-run");
        assertThat(one.select("section").eachAttr("id")).contains("overview", "curves", "speed", "recipe",
                "checkpoints");
        assertThat(one.select("#warnings li").eachText()).containsExactly("▲ step 2: <script>alert(1)</script>");
        assertThat(one.select("script").eachAttr("src")).containsExactly("/assets/run.js", "/assets/charts.js");
        assertThat(one.select("[style]")).isEmpty();
        assertThat(one.select(".tiles dd").eachText()).contains("2", "2.2500", "50.00 %");
        assertThat(Jsoup.parse(page.get("/runs/a-b-run/parts").body()).select("#now, #curves")).hasSize(2);
    }

    @Test
    void partsHaveFoldedTablesOnlyForThoseWhoAsk() throws Exception {
        Document whole = page.document("/runs/done");
        Document parts = page.document("/runs/done/parts");
        assertThat(parts.select("details summary").eachText()).isNotEmpty()
                .isEqualTo(whole.select("details summary").eachText());
        assertThat(parts.select("figure > svg")).hasSameSizeAs(whole.select("figure > svg"));
        assertThat(page.document("/runs/done/parts?tables=1").select("table")).hasSameSizeAs(whole.select("table"));
        whole.select("details table").remove();
        assertThat(parts.select("table")).isNotEmpty().hasSameSizeAs(whole.select("table"));
    }

    @Test
    void theStepIsTheLastOneThoughItWasNotLogged() throws Exception {
        TestRuns.append(folder.resolve("done"), TestRuns.epoch(2, 1, 0.25));
        assertThat(page.document("/runs/done").select(".tiles div:has(dt:contains(step)) dd").text()).isEqualTo("2");
    }

    @Test
    void savesAReport() throws Exception {
        assertThat(page.get("/runs/done/report.html").headers().firstValue("Cache-Control")).hasValue("no-store");
        Document made = page.document("/runs/done/report.html");
        assertThat(made.select("script, link")).isEmpty();
        assertThat(made.select("section").eachAttr("id")).contains("curves");
        Files.writeString(folder.resolve("done/report.html"), "its own");
        assertThat(page.get("/runs/done/report.html").body()).isEqualTo("its own");
    }

    @Test
    void comparesRuns() throws Exception {
        Document both = page.document("/compare?a-b-run=1&done=1");
        assertThat(both.select("#recipes tbody th").eachText()).contains("epochs", "data.source");
        assertThat(both.select("#errors tbody tr")).hasSize(2);
        assertThat(page.get("/compare?done=1").statusCode()).isEqualTo(400);
    }

    @Test
    void unknownIdsAreNotFound() throws Exception {
        for (String path : List.of("/runs/x", "/runs/..%2fdone", "/runs/%2e%2e", "/assets/..%2fStudio.class",
                "/assets/Studio.class")) {
            assertThat(page.get(path).statusCode()).as(path).isEqualTo(404);
        }
    }

    @Test
    void theLogIsGivenFromAPlaceOn() throws Exception {
        JsonNode lines = JSON.readTree(page.get("/runs/done/log?after=" + TestRuns.step(1, 2.5).length()).body());
        assertThat(lines.path("lines")).hasSize(1);
        assertThat(lines.path("lines").get(0).path("kind").asText()).isEqualTo("epoch");
        assertThat(lines.path("offset").asLong()).isEqualTo(Files.size(folder.resolve("done/log.jsonl")));
        assertThat(page.get("/runs/done/log?after=x").statusCode()).isEqualTo(400);
    }

    @Test
    void addedLinesAreEvents() throws Exception {
        long size = Files.size(run.resolve("log.jsonl"));
        try (BufferedReader events = new BufferedReader(new InputStreamReader(studio.address()
                .resolve("/runs/a-b-run/events?after=" + size).toURL().openStream(), StandardCharsets.UTF_8))) {
            TestRuns.append(run, TestRuns.step(7, 1.5));
            assertThat(after(events, "id: ")).isEqualTo(String.valueOf(Files.size(run.resolve("log.jsonl"))));
            assertThat(after(events, "event: ")).isEqualTo("lines");
            JsonNode event = JSON.readTree(after(events, "data: "));
            assertThat(event.path("lines")).extracting(line -> line.path("step").asInt()).containsExactly(7);
            Document now = Jsoup.parse(event.path("now").asText());
            assertThat(now.select(".tiles dd").eachText()).contains("7", "1.5000");
            assertThat(now.select("section, svg, table")).as("what costs to draw").isEmpty();
        }
    }

    @Test
    void aBadRunHidesNoOther() throws Exception {
        Path bad = TestRuns.stopped(folder.resolve("bad"));
        Files.delete(bad.resolve("log.jsonl"));
        Files.createDirectory(bad.resolve("log.jsonl"));
        Thread.sleep(1100); // lists are kept for a second
        assertThat(page.document("/").select("tbody tr")).hasSize(3);
        assertThat(page.document("/").select("tr[data-run=bad] .warned")).hasSize(1);
        assertThat(page.get("/try").statusCode()).isEqualTo(200);
        assertThat(page.get("/runs/bad").statusCode()).isEqualTo(409);
        assertThat(page.open("/runs/bad").body()).contains("<main").contains("log.jsonl");
        assertThat(page.open("/runs/none").statusCode()).isEqualTo(404);
    }

    @Test
    void aDamagedRecipeIsToldOnAPage() throws Exception {
        assertThat(page.get("/runs/a-b-run").statusCode()).isEqualTo(200); // it was right before
        Files.writeString(run.resolve("recipe.yaml"), "epochs: {no end");
        for (String path : List.of("/data/a-b-run", "/compare?a-b-run=1&done=1")) {
            assertThat(page.get(path).statusCode()).as(path).isEqualTo(409);
            assertThat(page.open(path).body()).as(path).contains("<main", "<h1>", "recipe.yaml");
        }
        assertThat(page.get("/runs/a-b-run").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"report.html", "rejected.tsv", "log.jsonl", "recipe.yaml", "checkpoints"})
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void linksOutOfARunAreNotFollowed(String name, @TempDir Path outside) throws Exception {
        Path file = Files.writeString(outside.resolve("private"), "file\treason\nsecret\tsecret\n");
        Files.deleteIfExists(run.resolve(name));
        Files.createSymbolicLink(run.resolve(name), name.equals("checkpoints") ? outside : file);
        for (String path : List.of("/runs/a-b-run", "/runs/a-b-run/report.html", "/runs/a-b-run/log",
                "/models/a-b-run", "/data/a-b-run", "/")) {
            assertThat(page.get(path).body()).as(path).doesNotContain("secret");
        }
        assertThat(page.get("/runs/a-b-run/report.html").statusCode()).isEqualTo(409);
        assertThat(page.get("/try/a-b-run").statusCode()).isEqualTo(409);
    }

    private static String after(BufferedReader lines, String beginning) throws Exception {
        String line = lines.readLine();
        while (!line.startsWith(beginning)) {
            line = lines.readLine();
        }
        return line.substring(beginning.length());
    }
}
