package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.alexnet.interop.PublishedModel;
import net.alexnet.interop.PulledModels;
import net.alexnet.interop.WeightLayout;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Hashes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `pull` and the names that it gives models. Nothing is downloaded: a model is put where a pull would put it, as
/// PulledModelsTest in interop has pulls themselves.
class PullTest {
    private static final String NAME = "torchvision-alexnet";
    private static final String OTHER = "bvlc_alexnet";

    @TempDir
    Path folder;

    private final PulledModels models = PulledModels.ofUser();
    private Path model = Path.of("");

    @BeforeEach
    void pullOne() throws IOException {
        Path foreign = ForeignWeights.write(folder.resolve("foreign.safetensors"), WeightLayout.TORCHVISION, 1000, "");
        model = models.model(NAME);
        Files.createDirectories(model.resolveSibling(""));
        Result.done("import", foreign, "--net", "torchvision", model, "--force");
        Files.writeString(model.resolveSibling("pulled.json"), "{\"source\":\""
                + PublishedModel.named(NAME).orElseThrow().hash() + "\",\"model\":\"" + Hashes.hex(model) + "\"}");
    }

    /// Only what is this test's: the folder is that of the whole build.
    @AfterEach
    void clean() throws IOException {
        AtomicFiles.deleteTree(model.resolveSibling(""));
    }

    @Test
    void whatWasPulledIsUsedByItsName() throws Exception {
        Path image = folder.resolve("images");
        ToyImages.write(image, 1, 1);
        Path one = image.resolve("rows/0.png");
        assertThat(Result.done("inspect", NAME).out()).isEqualTo(Result.done("inspect", model).out());
        assertThat(Result.done("classify", NAME, one, "--threads", 1, "--json").json().get(0).get("predictions"))
                .isEqualTo(Result.done("classify", model, one, "--threads", 1, "--json").json().get(0)
                        .get("predictions"));
    }

    @Test
    void aSecondPullNeedsNoNetwork() throws Exception {
        JsonNode again = Result.done("pull", NAME, "--json").json();
        assertThat(again.get("already_pulled").asBoolean()).isTrue();
        assertThat(again.get("model").asText()).isEqualTo(model.toString());
        assertThat(Result.done("pull", NAME).out()).contains("already pulled: " + model);
    }

    @Test
    void writesTheModelElsewhereToo() throws Exception {
        Path out = folder.resolve("mine.safetensors");
        assertThat(Result.done("pull", NAME, "--out", out).out()).contains(out.toString());
        assertThat(out).hasSameBinaryContentAs(model);
        Result.of("pull", NAME, "--out", out).isRefused(2, out + " exists");
        Result.of("pull", NAME, "--out", folder.resolve("none/mine.safetensors")).isRefused(2, "there is no folder");
    }

    @Test
    void listsTheCatalog() throws Exception {
        JsonNode rows = Result.done("pull", "--json").json();
        assertThat(rows).isNotEmpty().allSatisfy(row -> {
            assertThat(row.get("pulled").asBoolean()).isEqualTo(row.get("name").asText().equals(NAME));
            assertThat(row.get("accuracy").get("top1").asDouble())
                    .isLessThan(row.get("accuracy").get("top5").asDouble());
        });
        Result table = Result.done("pull");
        rows.forEach(row -> assertThat(table.out()).contains(row.get("name").asText()));
    }

    @Test
    void aNameThatWasNotPulledSaysHow() {
        Result.of("inspect", OTHER).isRefused(1, OTHER, "./alexnet pull " + OTHER);
        Result.of("classify", OTHER, folder.resolve("x.png")).isRefused(1, "./alexnet pull " + OTHER);
        Result.of("pull", "resnet").isRefused(2, "'resnet'", NAME);
    }
}
