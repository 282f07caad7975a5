package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is asked for wrongly is answered in one clear line, without a stack trace, and leaves nothing behind.
class MisuseTest {
    @TempDir
    static Path root;

    private static Path pictures;
    private static Path recipe;
    private static Path run;

    @BeforeAll
    static void train() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 4, 1);
        recipe = ToyRecipe.in(root);
        Path runs = root.resolve("runs");
        Result.done("train", "--data", pictures, "--recipe", recipe, "--runs", runs, "--max-steps", 1, "--threads", 1);
        run = RunFiles.latest(runs).folder();
    }

    private static Result train(Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("train", "--runs", root.resolve("none")));
        arguments.addAll(Arrays.asList(more));
        Result result = Result.of(arguments.toArray());
        assertThat(root.resolve("none")).doesNotExist();
        return result;
    }

    // --- pictures --------------------------------------------------------------------------------------------------

    @Test
    void aMissingFolder() {
        train("--data", root.resolve("nowhere")).isRefused(1, "there is no file or folder " + root.resolve("nowhere"),
                "one folder of pictures per class");
    }

    @Test
    void aFileForAFolder() {
        train("--data", recipe).isRefused(1, recipe + " is a file", "expected one folder of pictures per class");
    }

    @Test
    void anEmptyFolder() throws Exception {
        Path empty = Files.createDirectory(root.resolve("empty"));
        train("--data", empty).isRefused(1, empty + " holds no pictures", "it is empty", "Parquet", ".csv");
        Path hollow = root.resolve("hollow");
        Files.createDirectories(hollow.resolve("cats"));
        Files.createDirectories(hollow.resolve("dogs"));
        train("--data", hollow).isRefused(1, hollow + " holds no pictures", "cats, dogs", "empty");
    }

    @Test
    void picturesWithoutClassFolders() {
        Path rows = pictures.resolve("rows");
        train("--data", rows).isRefused(1, rows + " holds 4 files but no class folders",
                "Move every picture into a folder named after its class");
    }

    @Test
    void aSingleClass() throws Exception {
        Path single = root.resolve("single");
        ToyImages.writeGray(single.resolve("rows/1.png"), "rows");
        train("--data", single).isRefused(1, "one class only, rows", "needs two or more");
    }

    @Test
    void nothingButTexts() throws Exception {
        Path texts = root.resolve("texts");
        for (String name : List.of("a/1.jpg", "a/2.jpg", "b/1.jpg", "b/2.jpg")) {
            ToyImages.writeText(texts.resolve(name));
        }
        Result.of("train", "--data", texts, "--recipe", recipe, "--runs", root.resolve("runs"))
                .isRefused(1, "none of the 2 pictures of " + texts + " for training can be read", "not a picture");
        assertThat(RunFiles.latest(root.resolve("runs")).folder()).isEqualTo(run);
    }

    @Test
    void aFilesNameDoesNotSteerTheTerminal() throws Exception {
        Path text = root.resolve("no\u001b[2Jtes.jpg");
        ToyImages.writeText(text);
        assertThat(Result.of("classify", run, text, "--threads", 1).warnings()).containsExactly(
                "warning: " + text.toString().replace('\u001b', '\ufffd') + ": not a picture");
    }

    @Test
    void aTextNamedLikeAPicture() throws Exception {
        Path text = root.resolve("notes.jpg");
        ToyImages.writeText(text);
        Result result = Result.of("classify", run, text, "--threads", 1);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.errLines()).hasSize(2).first().isEqualTo("warning: " + text + ": not a picture");
        assertThat(result.errLines()).last().asString().startsWith("alexnet: 0 of 1 file");
        assertThat(Result.of("classify", run, text, "--threads", 1, "--json").json()).singleElement()
                .satisfies(answer -> assertThat(answer.get("error").asText()).isEqualTo("not a picture"));
    }

    @Test
    void aPictureThatIsNotThere() throws Exception {
        Path missing = pictures.resolve("rows/99.jpg");
        Result result = Result.of("classify", run, missing, "--threads", 1);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.errLines()).hasSize(2).first().isEqualTo("warning: " + missing + ": there is no such file");
        assertThat(result.errLines()).last().asString().startsWith("alexnet: 0 of 1 file");
        Path there = pictures.resolve("rows/0.png");
        Result both = Result.of("classify", run, missing, there, "--threads", 1, "--json");
        assertThat(both.exitCode()).isEqualTo(1);
        assertThat(both.errLines()).singleElement().asString().startsWith("alexnet: 1 of 2 files");
        JsonNode answers = both.json();
        assertThat(answers.get(0).get("error").asText()).contains("no such file");
        assertThat(answers.get(1).get("predictions")).hasSize(3);
        Result.of("classify", run).isRefused(2, "FILE|DIR");
    }

    @ParameterizedTest
    @ValueSource(strings = {"classify", "figure occlusion", "figure predictions", "similar"})
    void aModelThatWasLeftOut(String command) {
        Path picture = pictures.resolve("rows/0.png");
        List<Object> arguments = new ArrayList<>(List.of(command.split(" ", -1)));
        arguments.add(picture);
        arguments.addAll(command.equals("similar") ? List.of("--in", pictures) : List.of());
        Result.of(arguments.toArray()).isRefused(2, picture.toString(), "model first", "./alexnet " + command
                + " runs/latest ");
    }

    @Test
    void anUnknownClassToEvaluate() throws Exception {
        Path other = root.resolve("other");
        ToyImages.writeGray(other.resolve("rows/1.png"), "rows");
        ToyImages.writeGray(other.resolve("waves/1.png"), "rows");
        Result.of("evaluate", run, "--data", other).isRefused(1, "not among the known classes: waves",
                "Known are: columns, discs, rows");
    }

    // --- runs ------------------------------------------------------------------------------------------------------

    @Test
    void aRunThatIsNone() {
        Result.of("evaluate", pictures).isRefused(1, pictures.toString(), "recipe.yaml");
        Result.of("classify", root.resolve("nowhere"), pictures).isRefused(1, "nowhere");
        Result.of("evaluate", recipe, "--data", pictures).isRefused(1, recipe.toString(), "it is a text",
                "expected weights");
    }

    @Test
    void aPublishedModelByHalfItsName() {
        Result.of("classify", "alexnet", pictures).isRefused(1, "torchvision-alexnet, bvlc_alexnet", "./alexnet pull",
                "Did you mean the published model torchvision-alexnet?");
        Result.of("finetune", "--data", pictures, "--base", "bvlc_alexnt").isRefused(1,
                "Did you mean the published model bvlc_alexnet?");
    }

    @Test
    void resumingByTheOtherCommand() {
        Result.of("finetune", "--resume", run).isRefused(2, "./alexnet train --resume " + run);
        Result.of("finetune").isRefused(2, "--data");
        Result.of("finetune", pictures, "--base", run).isRefused(2, pictures.toString(), run.toString(), "--data");
    }

    @Test
    void unsureOfARunThatIsNotFinished() {
        Result.of("classify", run, pictures, "--unsure", "--threads", 1).isRefused(1, "not finished",
                "./alexnet train --resume " + run);
    }

    @Test
    void aBuildUnderARunSaysWhereTheRunIs() {
        IOException failure = TrainingCommand.rebuilt(new NoClassDefFoundError("net/alexnet/Some"), run);
        assertThat(failure).hasMessageContainingAll("net/alexnet/Some", run.toString(), "train --resume " + run);
    }

    @Test
    void aModelFileWithoutPicturesToEvaluateItOn() throws Exception {
        Path model = new RunFiles(run).checkpoint(1).resolve("model.safetensors");
        Result.of("evaluate", model).isRefused(2, "--data");
        assertThat(Result.done("evaluate", model, "--data", pictures, "--threads", 1, "--json").json().get("n").asInt())
                .isEqualTo(12);
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void runsWhereNothingCanBeWritten() {
        Result.of("train", "--data", pictures, "--recipe", recipe, "--runs", recipe.resolve("runs"), "--threads", 1)
                .isRefused(1, recipe.toString());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void foldersThatCannotBeMade() {
        Result.of("train", "--data", pictures, "--recipe", recipe, "--runs", "/proc/runs", "--threads", 1)
                .isRefused(1, "cannot create the folder /proc/runs", "choose");
        Result.of("prepare", pictures, "/proc/prepared").isRefused(1, "cannot create the folder /proc/prepared");
        assertThat(Result
                .of("classify", run, pictures.resolve("rows/0.png"), "--sort-into", "/proc/sorted", "--threads", 1)
                .errLines()).singleElement().asString().contains("cannot create the folder /proc/sorted");
    }

    // --- recipes ---------------------------------------------------------------------------------------------------

    @Test
    void anUnknownRecipe() {
        train("--recipe", "quikstart").isRefused(2, "there is no recipe 'quikstart'", "did you mean 'quickstart'?",
                "fashion-mnist, finetune, large-batch, paper, paper-two-gpus, photographs, pictures, quickstart");
        Result.of("inspect", "papr").isRefused(2, "'papr'", "did you mean 'paper'?");
    }

    @Test
    void aRecipeThatNeedsPictures() {
        train("--recipe", "paper").isRefused(2, "recipe paper needs pictures", "--data");
    }

    @Test
    void aMisspeltKeyInAFile() throws Exception {
        Path misspelt = root.resolve("misspelt.yaml");
        Files.writeString(misspelt, ToyRecipe.TEXT.replace("epochs: 8", "epcohs: 8"));
        train("--data", pictures, "--recipe", misspelt).isRefused(2, "misspelt.yaml", "unknown key 'epcohs'",
                "did you mean 'epochs'?");
    }

    @Test
    void aFileThatIsNoYaml() throws Exception {
        Path broken = root.resolve("broken.yaml");
        Files.writeString(broken, "name: [toy\nseed: 7\n");
        train("--data", pictures, "--recipe", broken).isRefused(2, "broken.yaml", "line ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            optimizer.lerning_rate=1 | unknown key 'optimizer.lerning_rate'; did you mean
            network.widht=1          | unknown key 'network.widht'; did you mean
            batch=0                  | batch must be 1 to 65536, found 0
            batch=many               | batch must be a whole number, found 'many'
            optimizer.learning_rate=-1        | optimizer.learning_rate must be above 0, found -1
            data.hold_out=1          | data.hold_out must be at least 0 and below 1, found 1
            network.variant=papr       | network.variant must be one of paper, original, caffe, caffenet, torchvision, small
            schedule.type=plato      | schedule.type must be one of constant, steps, plateau, polynomial
            pictures.resize=8        | pictures.resize must be at least the network's input of 16, found 8
            network.input=4          | pool5 has no output: its 3×3 window does not fit into
            optimizer=fast           | optimizer must be
            """)
    void aValueThatCannotBe(String setting, String said) {
        train("--data", pictures, "--recipe", recipe, "--set", setting).isRefused(2, "toy.yaml: " + said);
    }

    // --- options ---------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            train --epochs 0         | --epochs must be 1 to 1000000, found 0
            train --epochs ten       | '--epochs': expected a whole number, found 'ten'
            prepare --hold-out 20%   | '--hold-out': expected a number, found '20%'
            train --max-steps 0      | --max-steps must be at least 1, found 0
            train --threads 0        | --threads must be 1 to 1024, found 0
            train --device gpu       | --device must be auto, cpu, cuda, cuda:N, mps or reference, found gpu
            serve x --device cuda:x  | --device must be auto, cpu, cuda, cuda:N, mps or reference, found cuda:x
            train --progress loud    | '--progress': expected one of auto, plain, none, found 'loud'
            train --set epochs       | for option '--set' (KEY=VALUE)
            train --reciep paper     | '--reciep'
            train paper              | 'paper'
            trian                    | 'trian'
            inspect paper --batch 0  | --batch must be at least 1, found 0
            inspect --classes 1      | --classes must be at least 2, found 1
            """)
    void anOptionThatCannotBe(String command, String said) {
        Result.of((Object[]) command.split(" ")).isRefused(2, said);
    }

    @Test
    void aMisspeltCommandIsToldTheNearest() {
        assertThat(Result.of("trian").err()).contains("Did you mean: alexnet train?");
    }

    @Test
    void noCommandAtAll() {
        Result help = Result.of();
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("train", "evaluate", "classify", "inspect", "bench",
                "Exit codes: 0 done, 1 failed, 2 wrong use");
        assertThat(help.err()).isEmpty();
    }

    @Test
    void aStackTraceIsForThoseWhoAsk() {
        Result result = Result.of("--debug", "evaluate", pictures);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("recipe.yaml", "\tat net.alexnet.");
    }
}
