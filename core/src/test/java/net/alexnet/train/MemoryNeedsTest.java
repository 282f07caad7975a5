package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import net.alexnet.nn.MemoryPlan;
import net.alexnet.tensor.EngineMemory;
import net.alexnet.tensor.reference.ReferenceBackend;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.RecipeReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class MemoryNeedsTest {
    private static final Recipe PAPER = Recipe.standard();
    private static final EngineMemory ENGINE = new ReferenceBackend().memory();

    private static long needs(int images) {
        return MemoryPlan.of(PAPER.network().architecture(), PAPER.batch(), images, TrainingRun.INPUTS, 2, ENGINE)
                .total();
    }

    @Test
    void saysNothingWhereThereIsEnough() {
        assertThat(MemoryNeeds.warning(PAPER, 2, ENGINE, needs(128))).isEmpty();
    }

    @Test
    void namesTheLargestHalvedMicroBatchThatFits() {
        assertThat(MemoryNeeds.warning(PAPER, 2, ENGINE, needs(128) - 1)).get().asString()
                .contains("micro_batch=64");
        assertThat(MemoryNeeds.warning(PAPER, 2, ENGINE, needs(32))).get().asString().contains("micro_batch=32");
        Recipe halved = RecipeReader.read("test", RecipeReader.write(PAPER), Map.of("micro_batch", "32"));
        assertThat(MemoryNeeds.warning(halved, 2, ENGINE, needs(32))).isEmpty();
    }

    @Test
    void namesNoMicroBatchWhereNoneFits() {
        assertThat(MemoryNeeds.warning(PAPER, 2, ENGINE, 1_000_000)).get().asString()
                .doesNotContain("micro_batch");
    }

    @Test
    void aContainersLimitCounts() {
        assertThat(MemoryNeeds.available(20, 24, 24, 3)).isEqualTo(20); // no container
        assertThat(MemoryNeeds.available(20, 24, 16, 4)).isEqualTo(4);
        assertThat(MemoryNeeds.available(2, 24, 16, 4)).isEqualTo(2);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void linuxSaysWhatIsLeft() {
        assertThat(MemoryNeeds.available().orElseThrow()).isBetween(1L << 20, 1L << 50);
    }
}
