package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.alexnet.io.AtomicFiles;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pictures prepared by a command of its own, or in passing: training and evaluation see the same either way.
class PreparedTrainingTest {
    @TempDir
    private static Path root;

    private static Path pictures;
    private static Path recipe;

    @BeforeAll
    static void pictures() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures.resolve("train"), 10, 1);
        ToyImages.write(pictures.resolve("val"), 4, 2);
        recipe = root.resolve("recipe.yaml");
        Files.writeString(recipe, ToyRecipe.TEXT.replace("epochs: 8", "epochs: 2")
                .replace("pictures:", "pictures:\n  color_noise: 0.1\n  mean: image"));
    }

    @Test
    void aFolderAndWhatWasPreparedFromItTrainAlike() throws Exception {
        Path prepared = root.resolve("prepared");
        Result.done("prepare", pictures, prepared, "--size", 20);
        List<Path> before = cache();
        Path raw = train("raw", pictures);
        List<Path> after = cache();
        assertThat(after).hasSize(before.size() + 1);
        Path shards = train("shards", prepared);
        assertThat(weights(shards)).isEqualTo(weights(raw));
        assertThat(train("again", pictures)).isNotEqualTo(raw);
        assertThat(cache()).as("found again").isEqualTo(after);
        JsonNode figures = Result.done("evaluate", raw, "--threads", 1, "--json").json();
        assertThat(figures.get("n").asInt()).isEqualTo(12);
        for (Path data : List.of(prepared, pictures)) {
            assertThat(Result.done("evaluate", shards, "--data", data, "--threads", 1, "--json").json().get("n"))
                    .isEqualTo(figures.get("n"));
        }
        assertThat(Result.done("evaluate", shards, "--data", prepared, "--threads", 1, "--json").json())
                .isEqualTo(figures);
    }

    /// Which pictures judged a run is told by their names, wherever they are read from and in whatever order.
    @Test
    void theHoldOutIsKnownAgainWithoutWhatWasPrepared() throws Exception {
        Path folders = root.resolve("folders");
        ToyImages.write(folders, 9, 5);
        ToyImages.writeText(folders.resolve("rows/notes.jpg"));
        List<Path> before = cache();
        Path run = train("cached", folders);
        JsonNode figures = Result.done("evaluate", run, "--threads", 1, "--json").json();
        List<Path> made = new ArrayList<>(cache());
        made.removeAll(before);
        assertThat(made).hasSize(1);
        AtomicFiles.deleteTree(made.getFirst());
        JsonNode again = Result.done("evaluate", run, "--threads", 1, "--json").json();
        assertThat(again.get("n")).isEqualTo(figures.get("n"));
    }

    @Test
    void largerSquaresAreMadeSmaller() throws Exception {
        Path large = root.resolve("large");
        Result.done("prepare", pictures, large, "--size", 28);
        Path run = train("smaller", large);
        assertThat(Result.done("evaluate", run, "--threads", 1, "--json").json().get("n").asInt()).isEqualTo(12);
        Path small = root.resolve("small");
        Result.done("prepare", pictures, small, "--size", 18);
        Result.of("train", "--data", small, "--recipe", recipe, "--runs", root.resolve("none"))
                .isRefused(1, small + " was prepared with pictures of 18 pixels", "--size 20");
    }

    @Test
    void anAlteredPictureIsNamedAndEndsTheRun() throws Exception {
        Path altered = root.resolve("altered");
        Result.done("prepare", pictures, altered, "--size", 20);
        try (RandomAccessFile shard = new RandomAccessFile(altered.resolve("train-000000.tar").toFile(), "rw")) {
            shard.seek(600); // within the first picture
            int sample = shard.read();
            shard.seek(600);
            shard.write(~sample);
        }
        Path before = train("broken", pictures);
        Result.of("train", "--data", altered, "--recipe", recipe, "--runs", root.resolve("broken"), "--set", "batch=64")
                .isRefused(1, "train-000000.tar", "record 000000000", "altered");
        assertThat(root.resolve("broken")).as("no folder of a run that did not begin")
                .isDirectoryNotContaining(path -> !path.endsWith("latest") && !path.endsWith(before.getFileName()));
        assertThat(RunFiles.latest(root.resolve("broken")).folder()).isEqualTo(before);
        Result.of("prepare", "--verify", altered).isRefused(1, "train-000000.tar", "SHA-256");
    }

    @Test
    void otherPicturesAreJudgedThoughTheTrainingsHaveGone() throws Exception {
        Path copy = root.resolve("copy");
        Result.done("prepare", pictures, copy, "--size", 20);
        Path run = train("orphan", copy);
        Files.move(copy, root.resolve("elsewhere"));
        for (Path data : List.of(pictures, root.resolve("elsewhere"))) {
            assertThat(Result.done("evaluate", run, "--data", data, "--threads", 1, "--json").json().get("n").asInt())
                    .isEqualTo(12);
        }
        Result.of("evaluate", run).isRefused(1, copy.toString());
    }

    private static Path train(String runs, Path data) throws IOException {
        Path folder = root.resolve(runs);
        Result.done("train", "--data", data, "--recipe", recipe, "--runs", folder, "--threads", 1);
        return RunFiles.latest(folder).folder();
    }

    private static byte[] weights(Path run) throws IOException {
        try (Stream<Path> checkpoints = Files.list(run.resolve("checkpoints"))) {
            Path last = checkpoints.sorted().reduce((a, b) -> b).orElseThrow();
            return Files.readAllBytes(last.resolve("momentum.safetensors"));
        }
    }

    private static List<Path> cache() throws IOException {
        Path folder = Path.of(System.getenv("XDG_CACHE_HOME"), "alexnet", "datasets");
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }
}
