package net.alexnet.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Architecture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FineTuneConfigTest {
    private static final Architecture PAPER = AlexNet.paper().architecture();

    /// Rows are frozen up to the first dropout of the layers that learn, and behind those of frozen ones.
    @ParameterizedTest
    @CsvSource({"PAPER,conv5,fc6", "PAPER,fc6,drop6", "PAPER,fc7,drop7", "PAPER,conv1,conv2", "PAPER,none,conv1",
        "CAFFE,conv5,fc6", "ORIGINAL,conv5,fc6", "TORCHVISION,fc6,drop6", "TORCHVISION,fc7,fc8"})
    void cutsBeforeTheDropoutOfWhatLearns(AlexNet.Variant table, String freeze, String expected) {
        Architecture network = AlexNet.of(table).architecture();
        int cut = freezing(freeze, Map.of()).frozenRows(network);
        assertThat(network.rows().get(cut).name()).isEqualTo(expected);
    }

    @Test
    void torchvisionsDropoutBeforeFc6BelongsToFc6() {
        Architecture network = AlexNet.of(Variant.TORCHVISION).architecture();
        int cut = freezing("conv5", Map.of()).frozenRows(network);
        assertThat(network.rows().get(cut).name()).startsWith("drop");
        assertThat(network.rows().get(cut + 1).name()).isEqualTo("fc6");
    }

    @Test
    void aRateOfZeroFreezesAndAStarNamesMany() {
        FineTuneConfig finetune = freezing("none", Map.of("conv*", 0.0, "conv5", 0.5, "fc8", 10.0));
        assertThat(finetune.learningRateFactor(PAPER, "conv4")).isZero();
        assertThat(finetune.learningRateFactor(PAPER, "conv5")).isEqualTo(0.5);
        assertThat(finetune.learningRateFactor(PAPER, "fc6")).isEqualTo(1);
        assertThat(finetune.learningRateFactor(PAPER, "fc8")).isEqualTo(10);
        assertThat(PAPER.rows().get(finetune.frozenRows(PAPER)).name()).isEqualTo("conv5");
    }

    @Test
    void refusesLayersThatAreNotThere() {
        assertThatThrownBy(() -> freezing("conv6", Map.of()).check(PAPER))
                .isInstanceOf(RecipeException.class)
                .hasMessageContainingAll("finetune.freeze", "'conv6'", "conv1, conv2", "none");
        assertThatThrownBy(() -> freezing("none", Map.of("relu1", 1.0)).check(PAPER))
                .hasMessageContainingAll("finetune.learning_rate_factors", "'relu1'");
    }

    @Test
    void refusesARateForAFrozenLayerAndAFrozenHead() {
        assertThatThrownBy(() -> freezing("conv5", Map.of("conv3", 0.1)).check(PAPER))
                .hasMessageContainingAll("conv3", "finetune.freeze is conv5");
        assertThatThrownBy(() -> freezing("fc8", Map.of()).check(PAPER))
                .hasMessageContainingAll("the new head, fc8", "fc7");
        assertThatThrownBy(() -> freezing("fc7", Map.of("fc8", 0.0)).check(PAPER))
                .hasMessageContaining("fc8");
    }

    @Test
    void comesBackFromYamlAndOtherRecipesHaveNone() {
        Recipe recipe = RecipeReader.read("x", "finetune: {freeze: conv2}",
                Map.of("finetune.learning_rate_factors.fc6", "0.1"));
        assertThat(recipe.finetune()).isEqualTo(freezing("conv2", Map.of("fc6", 0.1)));
        assertThat(RecipeReader.read("y", RecipeReader.write(recipe), Map.of())).isEqualTo(recipe);
        assertThat(RecipeReader.write(Recipe.standard())).doesNotContain("finetune");
        assertThat(Recipe.standard().finetune()).isNull();
    }

    @Test
    void theFoldMustBeOneOfTheFolds() {
        Recipe recipe = Recipe.standard();
        assertThat(recipe.withFold(3, 3).data().fold()).isEqualTo(3);
        for (int[] wrong : new int[][] {{0, 3}, {4, 3}, {1, 0}, {1, 1}}) {
            assertThatThrownBy(() -> recipe.withFold(wrong[0], wrong[1])).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("fold");
        }
    }

    private static FineTuneConfig freezing(String layer, Map<String, Double> rates) {
        return new FineTuneConfig("", "", layer, rates, true, 0);
    }
}
