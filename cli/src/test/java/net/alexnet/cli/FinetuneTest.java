package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Fine-tuning as a user does it: a base trained on three classes, and other pictures.
class FinetuneTest {
    @TempDir
    private Path root;
    private Path base = Path.of("");
    private Path pictures = Path.of("");
    private Path runs = Path.of("");

    @BeforeEach
    void trainABase() throws Exception {
        Path first = root.resolve("first");
        ToyImages.write(first, 6, 1);
        Result.done("train", "--data", first, "--recipe", ToyRecipe.in(root), "--runs", root.resolve("bases"),
                "--epochs", 2,
                "--threads", 2);
        base = RunFiles.latest(root.resolve("bases")).folder();
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 10, System.nanoTime() & 0xFFFFFF); // pictures that no run before has cached
        deleteClass("rows");
        runs = root.resolve("runs");
    }

    private void deleteClass(String name) throws IOException {
        try (Stream<Path> files = Files.walk(pictures.resolve(name))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private Object[] finetune(Object... more) {
        List<Object> all = new ArrayList<>(List.of("finetune", "--data", pictures, "--runs", runs, "--threads", 2));
        if (!List.of(more).contains("--base")) {
            all.add(1, base);
        }
        all.addAll(List.of(more));
        return all.toArray();
    }

    @Test
    void endsInAnOrdinaryRunAndASecondOneFindsTheFeatures() throws Exception {
        Result result = Result.done(finetune("--epochs", 4, "--batch", 4, "--progress", "plain"));
        assertThat(result.err()).contains("2 classes, 16 training and 4 validation pictures", "stored features: ",
                "epoch 4/4");
        assertThat(result.out()).contains("on 4 pictures after epoch 4", "as a linear classifier",
                "use it: ./alexnet classify");
        RunFiles run = RunFiles.latest(runs);
        assertThat(run.text("recipe.yaml")).contains("freeze: none", "l2_norm: true", base.toString(),
                "variant: small",
                "resize: 20");
        JsonNode judged = Result.done("evaluate", run.folder(), "--json").json();
        double last = run.log("epoch").getLast().get("top1_error").asDouble();
        assertThat(judged.findValue("top1_error").asDouble()).as("of the last epoch").isCloseTo(last, within(1e-9));
        assertThat(run.log("linear")).singleElement()
                .satisfies(line -> assertThat(line.get("top1_error").asDouble()).isBetween(0.0, 1.0));
        Path one = pictures.resolve("discs/0.png");
        assertThat(Result.done("classify", run.folder(), one).out()).contains("discs");
        Result again = Result.done(finetune("--epochs", 1, "--rate", "fc8=3", "--progress", "plain"));
        assertThat(again.err()).contains("stored features, used again: ").doesNotContain("stored features: ");
    }

    /// Convolutions take pictures of any size; dense layers and a mean image do not.
    @Test
    void aBaseOfConvolutionsSeesLargerWholePictures() throws Exception {
        Path first = root.resolve("first");
        Result.done("train", "--data", first, "--recipe", ToyRecipe.in(root), "--runs", root.resolve("means"),
                "--epochs", 1, "--set", "pictures.mean=channel");
        Path whole = RunFiles.latest(root.resolve("means")).folder();
        Path convolutions = root.resolve("convolutions.safetensors");
        Result.done("export", whole, convolutions);
        try (WeightFile weights = SafetensorsFile.open(convolutions)) {
            ModelCard card = Model.read(convolutions).card();
            List<NamedTensor> entries = new ArrayList<>();
            for (String name : weights.names()) {
                entries.add(NamedTensor.of(name, weights.shape(name), () -> read(weights, name)));
            }
            convolutions = root.resolve("untrained.safetensors");
            Safetensors.write(convolutions, Model.metadata(new ModelCard(card.network(), card.classes(),
                    card.preprocessing(), card.origin(), List.of(), Optional.empty(), Optional.empty(),
                    List.of("fc6", "fc7", "fc8"))), entries);
        }
        Result.done(finetune("--base", convolutions, "--epochs", 1));
        Path run = RunFiles.latest(runs).folder();
        assertThat(RunFiles.latest(runs).text("recipe.yaml")).contains("input: 20", "resize: 20", "- fc6", "- fc7");
        Path linear = run.resolve("linear.safetensors");
        Path one = pictures.resolve("discs/0.png");
        for (Path model : List.of(run, linear)) {
            assertThat(Result.done("classify", model, one).out()).contains("discs");
        }
        Result.done(finetune("--base", convolutions, "--epochs", 1, "--set", "pictures.resize=24"));
        assertThat(RunFiles.latest(runs).text("recipe.yaml")).contains("input: 24", "resize: 24");
        Result.done(finetune("--base", run, "--epochs", 1));
        assertThat(RunFiles.latest(runs).text("recipe.yaml")).as("whole pictures already").contains("input: 20");
        Result.of(finetune("--base", whole, "--set", "pictures.resize=24")).isRefused(2, "pictures.resize", "dense");
    }

    private static float[] read(WeightFile weights, String name) {
        try {
            return weights.read(name);
        } catch (WeightFileException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aStoppedRunGoesOnByTrain() throws Exception {
        Result whole = Result.done(finetune("--epochs", 3, "--batch", 4, "--json"));
        byte[] expected = RunFiles.latest(runs).weights(12);
        assertThat(whole.json().get("finished").asBoolean()).isTrue();
        Result stopped = Result.done(finetune("--epochs", 3, "--batch", 4, "--max-steps", 5));
        assertThat(stopped.err()).contains("stopped after step 5 and saved; continue with: ./alexnet train --resume");
        Result resumed = Result.done("train", "--resume", RunFiles.latest(runs).folder(), "--threads", 2, "--json");
        assertThat(resumed.json().get("top1_error").asDouble()).isBetween(0.0, 1.0);
        assertThat(RunFiles.latest(runs).weights(12)).isEqualTo(expected);
    }

    @Test
    void foldsAreSummedUp() throws Exception {
        Result result = Result.done(finetune("--epochs", 2, "--folds", 3, "--json"));
        JsonNode figures = result.json();
        double[] last = new double[3];
        double best = 0;
        int judged = 0;
        for (int i = 0; i < 3; i++) {
            JsonNode fold = figures.get("folds").get(i);
            last[i] = fold.get("top1_error").asDouble();
            best += fold.get("best_top1_error").asDouble() / 3;
            assertThat(fold.get("best_top1_error").asDouble()).isLessThanOrEqualTo(last[i]);
            judged += fold.get("validation_n").asInt();
        }
        assertThat(judged).isEqualTo(20);
        double mean = (last[0] + last[1] + last[2]) / 3;
        double squares = 0;
        for (double error : last) {
            squares += (error - mean) * (error - mean);
        }
        assertThat(figures.get("finished").asBoolean()).isTrue();
        assertThat(figures.get("top1_error_mean").asDouble()).isCloseTo(mean, within(1e-12));
        assertThat(figures.get("top1_error_standard_error").asDouble())
                .isCloseTo(Math.sqrt(squares / 2 / 3), within(1e-12));
        assertThat(figures.get("best_top1_error_mean").asDouble()).isCloseTo(best, within(1e-12));
        assertThat(figures.has("top1_error")).as("a number of single runs only").isFalse();
        Path folds = Path.of(figures.get("runs").asText());
        assertThat(folds.resolve("folds.json")).exists();
        JsonNode alone = Result.done("evaluate", folds.resolve("fold-3"), "--json").json();
        assertThat(alone.findValue("top1_error").asDouble()).isCloseTo(last[2], within(1e-9));
        assertThat(folds.resolve("latest")).doesNotExist();
        Result.of("classify", folds, pictures).isRefused(1, folds + " is a cross-validation",
                folds.resolve("fold-1").toString());
        Result.of("train", "--resume", folds).isRefused(1, "cross-validation");
    }

    /// Its frozen layers know what every fold judges by; a single run that holds out what the base held out is sound.
    @Test
    void aBaseThatHasSeenThePicturesIsToldOf() throws Exception {
        Path first = root.resolve("first");
        Object[] folds = {"finetune", base, "--data", first, "--runs", runs, "--threads", 2, "--epochs", 1, "--folds",
            2,
            "--json"};
        Result result = Result.done(folds);
        assertThat(result.warnings()).singleElement().asString().contains(
                "trained on pictures of " + first,
                "optimistic");
        Path all = Path.of(result.json().get("runs").asText());
        assertThat(Files.readString(all.resolve("folds.json")))
                .containsPattern("\"base_learnt_from_these_pictures\" ?: ?true");
        folds[1] = all.resolve("fold-1");
        assertThat(Result.done(folds).warnings()).as("by way of another").hasSize(1);
        Object[] single = {"finetune", base, "--data", first, "--runs", runs, "--threads", 2, "--epochs", 1, "--set",
            "data.hold_out=0.3"};
        assertThat(Result.done(single).warnings()).isEmpty();
        single[single.length - 1] = "data.hold_out=0.5";
        assertThat(Result.done(single).warnings()).singleElement().asString().contains("perhaps", "validation");
        Result other = Result.done(finetune("--epochs", 1, "--folds", 2, "--json"));
        assertThat(other.warnings()).isEmpty();
        assertThat(other.json().get("base_learnt_from_these_pictures").asBoolean()).isFalse();
    }

    /// The result is the last checkpoint, and the best is another network.
    @Test
    void everyCommandTakesTheLastCheckpoint() throws Exception {
        JsonNode run = Result.done(finetune("--epochs", 50, "--json", "--set",
                "schedule={type: plateau, patience: 1, factor: 0.1, min_improvement: 0, drops: 0}", "--set",
                "finetune.average=0")).json();
        assertThat(run.get("stopped_early").asBoolean()).isTrue();
        String folder = run.get("run").asText();
        Path out = root.resolve("out.safetensors");
        Path table = root.resolve("out.csv");
        List<List<Object>> commands = List.of(List.of("export", folder, out),
                List.of("features", folder, "--data", pictures, "--out", table),
                List.of("similar", folder, pictures.resolve("discs/0.png"), "--in", pictures, "--json"));
        for (List<Object> command : commands) {
            List<String> said = new ArrayList<>();
            for (List<Object> which : List.<List<Object>>of(List.of(), List.of("--checkpoint", "last"),
                    List.of("--checkpoint", "best"))) {
                List<Object> whole = new ArrayList<>(command);
                whole.addAll(which);
                String answer = Result.done(whole.toArray()).out();
                for (Path file : List.of(out, table)) {
                    if (Files.exists(file)) {
                        answer += Arrays.hashCode(Files.readAllBytes(file));
                        Files.delete(file);
                    }
                }
                said.add(answer);
            }
            assertThat(said.get(0)).as("%s", command).isEqualTo(said.get(1)).isNotEqualTo(said.get(2));
        }
    }

    @Test
    void misuseIsRefusedBeforeAnythingIsMade() throws Exception {
        Result.of(finetune("--freeze", "conv6")).isRefused(2, "'conv6'", "did you mean 'conv", "conv5, fc6");
        Result.of(finetune("--freeze", "fc8")).isRefused(2, "the new head, fc8");
        Result.of(finetune("--freeze", "conv5", "--rate", "conv2=0.1"))
                .isRefused(2, "conv2", "finetune.freeze is conv5");
        Result.of("finetune", base, "--base", base, "--data", pictures).isRefused(2, "--base", base.toString());
        Result.of(finetune("--folds", 1)).isRefused(2, "--folds must be at least 2");
        Result.of(finetune("--set", "data.folds=3")).isRefused(2, "data.folds", "--folds K");
        Result.of(finetune("--set", "data.fold=1")).isRefused(2, "data.fold", "--folds K");
        Result.of(finetune("--folds", 11)).isRefused(1, "10 pictures of columns", "11 folds");
        Result.of(finetune("--set",
                "schedule={type: plateau, patience: 1, factor: 0.1, min_improvement: 0, drops: 0}"))
                .isRefused(2, "finetune.average", "plateau");
        Result.of(finetune("--set", "network.width=2")).isRefused(2, "network.width", "base");
        Result.of("finetune", root.resolve("none"), "--data", pictures).isRefused(1, root.resolve("none").toString());
        Result.of("finetune", base, "--data", root.resolve("none"), "--runs", runs).isRefused(1, "none");
        Result.of("train", "--recipe", "finetune", "--data", pictures).isRefused(2, "./alexnet finetune MODEL --data");
        deleteClass("columns");
        Result.of(finetune()).isRefused(1, "class");
        deleteClass("discs");
        Result.of(finetune()).isRefused(1, pictures.toString());
        assertThat(runs).doesNotExist();
    }

    @Test
    void picturesPreparedWithOtherChannelsAreRefused() throws Exception {
        Path gray = root.resolve("grey");
        Result.done("prepare", pictures, gray, "--size", 20, "--channels", 1);
        Result.of("finetune", base, "--data", gray, "--runs", runs).isRefused(1, "1 channels", "3 channels",
                "network.channels");
    }

    /// `sample` names the embedded pictures in a recipe only; given to --data it is a folder of the working directory.
    @Test
    void aFolderNamedSampleIsAFolder() {
        String folder = Path.of("sample").toAbsolutePath().toString();
        Result.of("finetune", base, "--data", "sample", "--runs", runs).isRefused(1, "there is no file or folder",
                folder);
        Result.of("train", "--data", "sample", "--runs", runs).isRefused(1, "there is no file or folder", folder);
        Result.of("evaluate", base, "--data", "sample").isRefused(1, "there is no file or folder", "sample");
    }
}
