package net.alexnet.server.studio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.alexnet.server.HttpSettings;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the pages say of pictures.
class DataTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    static Path folder;

    private static Studio studio;
    private static Page page;

    @BeforeAll
    static void start() throws Exception {
        ToyRun.in(folder);
        TestRuns.stopped(folder.resolve("runs/gone"));
        studio = Studio.start(HttpSettings.defaults(), List.of(folder.resolve("runs")), ToyRun.options(folder),
                Studio.Control.NONE);
        page = new Page(studio.address());
    }

    @AfterAll
    static void stop() {
        studio.close();
    }

    @Test
    void countsAndListsWhatIsWrong() throws Exception {
        Document data = page.document("/data/toy");
        assertThat(data.select("#classes tbody th").eachText()).containsExactlyInAnyOrder(ToyRun.HOSTILE, "green",
                "blue");
        assertThat(data.select("#rejected tbody th").eachText()).containsExactly("green/broken.png");
        assertThat(data.select("#duplicates tbody td").eachText()).contains("blue/0.png", "green/same.png");
        assertThat(data.select("script:not([src]), [style]")).isEmpty();
    }

    @Test
    void showsDuplicatesBesideEachOther() throws Exception {
        JsonNode groups = JSON.readTree(page.get("/data/toy/duplicates").body());
        assertThat(groups.get(0)).hasSizeGreaterThan(1);
        assertThat(groups.get(0).get(0).path("picture").path("samples").asText())
                .isEqualTo(groups.get(0).get(1).path("picture").path("samples").asText());
    }

    @Test
    void drawsAPictureTwelveTimes() throws Exception {
        JsonNode draws = JSON.readTree(page.get("/data/toy/draws?index=3").body());
        assertThat(draws.path("seed").asLong()).isEqualTo(7);
        assertThat(draws.path("draws").path("count").asInt()).isEqualTo(12);
        assertThat(draws.path("draws").path("side").asInt()).isEqualTo(16);
        String samples = draws.path("draws").path("samples").asText();
        Set<String> different = new HashSet<>();
        byte[] all = java.util.Base64.getDecoder().decode(samples);
        for (int i = 0; i < 12; i++) {
            different.add(new String(all, i * 16 * 16 * 3, 16 * 16 * 3, java.nio.charset.StandardCharsets.ISO_8859_1));
        }
        assertThat(different).hasSizeGreaterThan(6);
        assertThat(page.get("/data/toy/draws?index=-1").statusCode()).isEqualTo(404);
    }

    @Test
    void hasTheMeanAndThePrincipalColors() throws Exception {
        JsonNode statistics = JSON.readTree(page.get("/data/toy/statistics").body());
        assertThat(statistics.path("mean")).hasSize(3);
        assertThat(statistics.path("components")).hasSize(3);
        assertThat(statistics.path("meanImage").path("side").asInt()).isEqualTo(20);
    }

    @Test
    void saysThatPicturesAreGone() throws Exception {
        assertThat(page.document("/data/gone").select("#data p").text()).contains("dogs");
        assertThat(page.get("/data/gone/statistics").statusCode()).isGreaterThanOrEqualTo(404);
    }

    @Test
    void withoutAReproductionThereAreNoClaims() throws Exception {
        assertThat(page.document("/claims").select("pre").text()).contains("./alexnet reproduce");
    }
}
