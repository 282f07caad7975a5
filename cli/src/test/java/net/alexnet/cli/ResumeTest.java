package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import net.alexnet.train.RunFolder;
import net.alexnet.train.RunFolder.Lock;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A run that is stopped and resumed ends, bit for bit, where it would have ended without.
class ResumeTest {
    private static final int STEPS = 18; // 3 epochs of 6

    @TempDir
    static Path root;

    private static Path pictures;
    private static Path recipe;
    private static RunFiles uninterrupted;

    @TempDir
    Path runs;

    @BeforeAll
    static void trainWithoutAStop() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 20, 1);
        recipe = ToyRecipe.in(root);
        uninterrupted = train(pictures, root.resolve("runs"));
        assertThat(uninterrupted.steps("step")).hasSize(STEPS);
    }

    @BeforeEach
    void warnOfNothingByAccident() throws Exception {
        assertThat(uninterrupted.log("warning")).isEmpty();
    }

    private static RunFiles train(Path data, Path runs, Object... more) throws IOException {
        List<Object> arguments = new ArrayList<>(List.of(
                "train", "--data", data, "--recipe", recipe, "--runs", runs, "--epochs", 3, "--threads", 1));
        arguments.addAll(Arrays.asList(more));
        Result.done(arguments.toArray());
        return RunFiles.latest(runs);
    }

    private static Result resume(Path run) {
        return Result.of("train", "--resume", run, "--threads", 1, "--json");
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6, 17, 18})
    void endsWhereAnUninterruptedRunEnds(int steps) throws Exception {
        RunFiles run = train(pictures, runs, "--max-steps", steps);
        assertThat(run.steps("step")).hasSize(steps);
        assertThat(run.checkpoints()).endsWith("step-%08d".formatted(steps));

        Result resumed = resume(run.folder());
        assertThat(resumed.exitCode()).as("%s", resumed).isZero();
        assertThat(resumed.json().get("finished").asBoolean()).isTrue();
        assertThat(resumed.err()).isEmpty();
        endsAsIfUninterrupted(run);
    }

    /// Sums are divided among threads; who changes their number is told what that means, and the run goes on.
    @Test
    void saysInOneLineThatOtherThreadsMayChangeTheLastDigits() throws Exception {
        RunFiles run = train(pictures, runs, "--max-steps", 5);
        assertThat(run.text("checkpoints/step-00000005/state.json")).contains("\"threads\" : 1,", "libtorch");
        Result resumed = Result.done("train", "--resume", run.folder(), "--threads", 2, "--json");
        assertThat(resumed.errLines()).singleElement().asString().startsWith("warning: ")
                .contains("threads: 1 then, 2 now", "last digits");
        assertThat(resumed.json().get("finished").asBoolean()).isTrue();
        assertThat(run.text("checkpoints/step-%08d/state.json".formatted(STEPS))).contains("\"threads\" : 2,");
    }

    private static void endsAsIfUninterrupted(RunFiles run) throws IOException {
        assertThat(run.weights(STEPS)).isEqualTo(uninterrupted.weights(STEPS));
        assertThat(run.momentum(STEPS)).isEqualTo(uninterrupted.momentum(STEPS));
        assertThat(run.steps("step")).isEqualTo(LongStream.rangeClosed(1, STEPS).boxed().toList());
        assertThat(losses(run)).isEqualTo(losses(uninterrupted));
        assertThat(epochs(run)).isEqualTo(epochs(uninterrupted));
    }

    private static List<JsonNode> losses(RunFiles run) throws IOException {
        return run.log("step").stream().map(line -> line.get("loss")).toList();
    }

    private static List<List<JsonNode>> epochs(RunFiles run) throws IOException {
        return run.log("epoch").stream()
                .map(line -> List.of(line.get("step"), line.get("loss"), line.get("validation_loss"),
                        line.get("top1_error")))
                .toList();
    }

    @Test
    void stopsAgainAtTheSameTotal() throws Exception {
        RunFiles run = train(pictures, runs, "--max-steps", 5);
        byte[] weights = run.weights(5);
        Result again = Result.done("train", "--resume", run.folder(), "--max-steps", 5, "--threads", 1);
        assertThat(again.err()).contains("stopped after step 5 and saved; continue with: ./alexnet train --resume");
        assertThat(run.steps("step")).hasSize(5);
        assertThat(run.weights(5)).isEqualTo(weights);
    }

    @Test
    void refusesARunThatIsBeingTrained() throws Exception {
        RunFiles run = train(pictures, runs, "--max-steps", 5);
        try (Lock _ = RunFolder.open(run.folder()).lock()) {
            for (Path named : List.of(run.folder(), run.checkpoint(5), runs.resolve("latest"))) {
                resume(named).isRefused(1, run.folder() + " is locked", "stop it");
            }
            assertThat(Result.of("evaluate", run.folder(), "--threads", 1).exitCode()).isZero();
        }
        assertThat(run.checkpoints()).containsExactly("step-00000005");
        assertThat(resume(run.folder()).exitCode()).isZero();
        endsAsIfUninterrupted(run);
    }

    /// Another process may make its run the latest at any time.
    @Test
    void theLatestIsTheOneThatItWasWhenTheCommandBegan() throws Exception {
        RunFiles run = train(pictures, runs, "--max-steps", 5);
        Path latest = runs.resolve("latest");
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter() {
            @Override
            public void write(String text, int offset, int length) {
                try { // with the first words
                    Files.deleteIfExists(latest);
                    Files.createSymbolicLink(latest, uninterrupted.folder());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
        int exitCode = Cli.run(new PrintWriter(out, true), new PrintWriter(err, true), false, "train", "--resume",
                latest.toString(), "--max-steps", "7", "--threads", "1", "--progress", "plain");
        assertThat(exitCode).isZero();
        assertThat(latest.toRealPath()).isEqualTo(uninterrupted.folder());
        assertThat(out.toString()).contains("run: " + run.folder());
        assertThat(run.steps("step")).hasSize(7);
    }

    @Test
    void saysSoWhenARunIsFinished() throws Exception {
        List<String> before = uninterrupted.names();
        Result result = resume(uninterrupted.folder());
        assertThat(result.exitCode()).isZero();
        assertThat(result.errLines()).singleElement().asString().contains("is finished", "3 epochs");
        assertThat(Result.done("train", "--resume", uninterrupted.folder(), "--data", pictures).errLines())
                .singleElement().asString()
                .contains("3 epochs", "does not train on the pictures");
        assertThat(result.json().get("finished").asBoolean()).isTrue();
        assertThat(uninterrupted.names()).isEqualTo(before);
    }

    @Test
    void refusesACutCheckpointAndOffersTheOneBefore() throws Exception {
        RunFiles run = train(pictures, runs, "--max-steps", 14);
        Path model = run.checkpoint(14).resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(model);
        Files.write(model, Arrays.copyOf(whole, whole.length / 2));

        resume(run.folder()).isRefused(1, "step-00000014", "model.safetensors has", run.checkpoint(12).toString());
        Result.of("classify", run.folder(), pictures).isRefused(1, "model.safetensors");

        Result resumed = resume(run.checkpoint(12));
        assertThat(resumed.exitCode()).as("%s", resumed).isZero();
        endsAsIfUninterrupted(run);
    }

    @Test
    void refusesAnAlteredCheckpoint() throws Exception {
        RunFiles run = train(pictures, runs, "--max-steps", 3);
        Path momentum = run.checkpoint(3).resolve("momentum.safetensors");
        byte[] bytes = Files.readAllBytes(momentum);
        bytes[bytes.length - 1] ^= 1;
        Files.write(momentum, bytes);
        resume(run.folder()).isRefused(1, "momentum.safetensors", "SHA-256");
    }

    @Test
    void refusesOtherPictures() throws Exception {
        Path changing = runs.resolve("changing");
        ToyImages.write(changing, 10, 1);
        RunFiles run = train(changing, runs, "--max-steps", 2);
        ToyImages.write(changing, 10, 3);
        resume(run.folder()).isRefused(1, changing.toString(), "has changed", "start a new run");

        ToyImages.write(changing, 10, 1);
        assertThat(resume(run.folder()).exitCode()).isZero();
    }

    @Test
    void findsPicturesThatHaveMoved() throws Exception {
        Path first = runs.resolve("first");
        ToyImages.write(first, 20, 1);
        RunFiles run = train(first, runs, "--max-steps", 5);
        Path moved = Files.move(first, runs.resolve("moved"));
        resume(run.folder()).isRefused(1, "there is no file or folder " + first);
        Result.done("train", "--resume", run.folder(), "--data", moved, "--threads", 1);
        endsAsIfUninterrupted(run);
    }

    @Test
    void refusesPicturesOfMoreClasses() throws Exception {
        Path changing = runs.resolve("changing");
        ToyImages.write(changing, 10, 1);
        RunFiles run = train(changing, runs, "--max-steps", 2);
        ToyImages.writeGray(changing.resolve("waves/1.png"), "rows");
        resume(run.folder()).isRefused(1, changing.toString(), "has changed", "start a new run");
        Result.of("evaluate", run.folder()).isRefused(1, changing.toString(), "waves");
    }

    @Test
    void refusesWhatIsNotARunOrHasNoCheckpoint() throws Exception {
        resume(pictures).isRefused(1, pictures.toString(), "recipe.yaml");
        resume(runs.resolve("nowhere")).isRefused(1, "there is no run at", "nowhere");
        Path bare = Files.createDirectory(runs.resolve("bare"));
        Files.copy(uninterrupted.folder().resolve("recipe.yaml"), bare.resolve("recipe.yaml"));
        resume(bare).isRefused(1, "bare has no checkpoint");
    }

    @Test
    void refusesARecipeBesideARunToResume() {
        Result.of("train", "--resume", uninterrupted.folder(), "--recipe", recipe).isRefused(2, "--resume", "--recipe");
        Result.of("train", "--resume", uninterrupted.folder(), "--epochs", 9).isRefused(2, "--resume", "--epochs");
    }
}
