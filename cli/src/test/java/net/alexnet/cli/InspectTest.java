package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

class InspectTest {
    @Test
    void showsThePapersCounts() {
        Result result = Result.done("inspect", "paper");
        assertThat(result.out().lines().filter(line -> line.startsWith("in all")))
                .singleElement().asString().contains(" 60,965,224 ", " 724,406,816");
        assertThat(result.out().lines().filter(line -> line.startsWith("conv2")))
                .singleElement().asString().contains("256 × 27 × 27", "307,456", "223,948,800");
        assertThat(result.out()).contains("memory of a training step of 128 pictures", "243.9 MB");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void givesTheSameAsJson() throws Exception {
        JsonNode figures = Result.done("inspect", "paper", "--json").json();
        assertThat(figures.get("parameters").asLong()).isEqualTo(60_965_224);
        assertThat(figures.get("multiply_adds").asLong()).isEqualTo(724_406_816);
        JsonNode memory = figures.get("memory_bytes");
        long sum = 0;
        for (String part : new String[] {"parameters", "gradients", "momentum", "input", "activations", "workspace"}) {
            assertThat(memory.get(part).asLong()).as(part).isPositive();
            sum += memory.get(part).asLong();
        }
        assertThat(memory.get("parameters").asLong()).isEqualTo(4 * 60_965_224L);
        assertThat(memory.get("total").asLong()).isEqualTo(sum);
    }

    @Test
    void plansTheMemoryOfAnotherBatch() throws Exception {
        JsonNode one = Result.done("inspect", "paper", "--batch", 1, "--json").json().get("memory_bytes");
        JsonNode many = Result.done("inspect", "paper", "--batch", 64, "--json").json().get("memory_bytes");
        assertThat(many.get("activations").asLong()).isEqualTo(64 * one.get("activations").asLong());
        assertThat(many.get("parameters")).isEqualTo(one.get("parameters"));
    }

    @Test
    void plansTheMemoryOfAMicroBatch() throws Exception {
        JsonNode whole = Result.done("inspect", "paper", "--batch", 4, "--json").json().get("memory_bytes");
        Result cut = Result.done("inspect", "paper", "--batch", 64, "--micro-batch", 4, "--json");
        assertThat(cut.json().get("batch").asInt()).isEqualTo(64);
        assertThat(cut.json().get("micro_batch").asInt()).isEqualTo(4);
        JsonNode memory = cut.json().get("memory_bytes");
        assertThat(memory.get("activations")).isEqualTo(whole.get("activations"));
        assertThat(memory.get("input")).isEqualTo(whole.get("input"));
        assertThat(memory.get("gradients").asLong() - whole.get("gradients").asLong())
                .isEqualTo(4 * (9216L * 4096 + 4096)); // fc6's, beside the sums
        Result.of("inspect", "paper", "--batch", 64, "--micro-batch", 65).isRefused(2,
                "--micro-batch must be 1 to 64, found 65");
    }

    @Test
    void plansWhatARecipeComputesAtATime() throws Exception {
        assertThat(Result.done("inspect", "large-batch").out())
                .contains("memory of a training step of 1,024 pictures, 128 at a time");
        JsonNode other = Result.done("inspect", "large-batch", "--batch", 32, "--json").json();
        assertThat(other.get("micro_batch").asInt()).isEqualTo(32);
    }

    @Test
    void knowsRecipesAndOtherClassCounts() throws Exception {
        JsonNode quickstart = Result.done("inspect", "quickstart", "--json").json();
        assertThat(quickstart.get("classes").asInt()).isEqualTo(10);
        assertThat(quickstart.get("parameters").asLong()).isLessThan(10_000_000);
        JsonNode ten = Result.done("inspect", "paper", "--classes", 10, "--json").json();
        assertThat(ten.get("parameters").asLong()).isEqualTo(60_965_224 - 990 * 4097);
    }
}
