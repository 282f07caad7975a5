package net.alexnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import net.alexnet.tensor.BackendException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The path of these tests has no engine.
class FacadeWithoutEngineTest {
    @TempDir
    Path folder;

    @Test
    void trainingNamesTheMissingModule() {
        assertThatThrownBy(() -> Training.onSample().runsIn(folder).run())
                .isInstanceOf(BackendException.class).hasMessageContaining("alexnet-torch");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatIsNoModelIsReportedFirst() {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> ImageClassifier.load(missing))
                .isInstanceOf(IOException.class).hasMessageContaining(missing.toString());
    }

    @Test
    void misuseIsReportedBeforeAnyWork() {
        assertThatThrownBy(() -> Options.defaults().threads(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Options.defaults().views(2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Training.onSample().maxSteps(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Training.onSample().set("epoch", 1).run())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("epoch");
        assertThatThrownBy(() -> Training.on(folder).recipe("picture").run())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("pictures");
        assertThatThrownBy(() -> FineTuning.on(folder).run()).isInstanceOf(IOException.class)
                .hasMessageContaining(FineTuning.DEFAULT_BASE);
        assertThatThrownBy(() -> FineTuning.on(folder).crossValidate(1, () -> false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aClassificationRanksItsClasses() {
        List<String> classes = List.of("cat", "dog", "fox");
        float[] probabilities = {0.2f, 0.7f, 0.1f};
        Classification result = new Classification(classes, probabilities, OptionalDouble.empty());
        assertThat(result.unsure()).isFalse();
        assertThat(new Classification(classes, probabilities, OptionalDouble.of(0.69)).unsure()).isFalse();
        assertThat(new Classification(classes, probabilities, OptionalDouble.of(0.71)).unsure()).isTrue();
        assertThat(result.best()).isEqualTo(new Classification.Guess("dog", 0.7f));
        assertThat(result.top(2)).extracting(Classification.Guess::label).containsExactly("dog", "cat");
        assertThat(result.top(9)).hasSize(3);
        assertThat(result.probability("fox")).isEqualTo(0.1f);
        assertThatThrownBy(() -> result.probability("cow")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> result.top(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
