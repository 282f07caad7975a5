package net.alexnet.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTest {
    @TempDir
    Path folder;

    @Test
    void readsTheLinesOfToday() {
        RunLog log = Logs.recent();
        assertThat(log.steps()).extracting(RunLog.Step::step).containsExactly(1L, 2L, 3L);
        assertThat(log.steps().getFirst()).isEqualTo(new RunLog.Step(1, 2.5, 0.02, 100.5, 0.25));
        RunLog.Epoch last = log.epochs().getLast();
        assertThat(last.epoch()).isEqualTo(2);
        assertThat(last.step()).isEqualTo(3);
        assertThat(last.trainingTop1()).hasValue(0.375);
        assertThat(last.validation()).hasValue(new RunLog.Errors(40, 1.25, 0.25, 0.05));
        assertThat(last.layers()).extracting(RunLog.Layer::name).containsExactly("conv1", "fc8");
        assertThat(last.layers().getFirst().dead()).hasValue(0.125);
        assertThat(last.layers().getFirst().ratio()).isEqualTo(0.0625);
        assertThat(last.layers().getLast().dead()).isEmpty();
        assertThat(log.warnings()).containsExactly(new RunLog.Warning(2, "<b>flat</b>"));
        assertThat(log.linear().orElseThrow().outOfFold()).isEqualTo(0.5);
        assertThat(log.linear().orElseThrow().validation()).hasValue(new RunLog.Errors(40, 1.5, 0.3, 0.1));
        assertThat(log.test().orElseThrow().data()).isEqualTo("more/");
        assertThat(log.test().orElseThrow().errors()).isEqualTo(new RunLog.Errors(9, 0.5, 0.125, 0));
    }

    @Test
    void leavesEmptyWhatOldLinesLack() {
        RunLog log = Logs.minimal();
        RunLog.Epoch only = log.epochs().getFirst();
        assertThat(only.trainingTop1()).isEmpty();
        assertThat(only.layers()).isEmpty();
        assertThat(only.validation().orElseThrow().top1()).isEqualTo(0.5619);
        assertThat(log.test()).isEmpty();
        assertThat(log.linear()).isEmpty();
    }

    @Test
    void anEpochWithoutValidationHasNone() {
        RunLog log = Logs.of("{\"step\":3,\"kind\":\"epoch\",\"epoch\":1,\"loss\":1,\"learning_rate\":0.1,"
                + "\"training_top1_error\":null,\"layers\":[],\"seconds\":1}");
        assertThat(log.epochs().getFirst().validation()).isEmpty();
        assertThat(log.epochs().getFirst().trainingTop1()).isEmpty();
    }

    @Test
    void numbersThatJsonLacksAreTexts() {
        RunLog log = Logs.of("{\"step\":1,\"kind\":\"step\",\"loss\":\"NaN\",\"learning_rate\":\"Infinity\"}");
        assertThat(log.steps().getFirst().loss()).isNaN();
        assertThat(log.steps().getFirst().learningRate()).isInfinite();
        assertThat(log.steps().getFirst().waitShare()).as("not there").isNaN();
    }

    @Test
    void skipsWhatItDoesNotKnow() {
        RunLog log = Logs.of("{\"step\":1,\"kind\":\"other\"}", "a note", "", "[1]", "{\"step\":2,\"kind\":\"step\"}",
                "{\"step\":3,\"ki");
        assertThat(log.steps()).extracting(RunLog.Step::step).containsExactly(2L);
        assertThat(log.epochs()).isEmpty();
    }

    @Test
    void aMissingFileIsAnEmptyLog() throws Exception {
        assertThat(RunLog.read(folder.resolve("log.jsonl")).steps()).isEmpty();
        Path file = Files.writeString(folder.resolve("log.jsonl"), "{\"step\":7,\"kind\":\"step\"}\n");
        assertThat(RunLog.read(file).steps()).extracting(RunLog.Step::step).containsExactly(7L);
    }
}
