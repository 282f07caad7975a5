package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;
import net.alexnet.distributed.Group;
import net.alexnet.nn.DropoutMasks;
import net.alexnet.nn.Network;
import net.alexnet.nn.Network.Stage;
import net.alexnet.nn.Parameter;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.reference.ReferenceBackend;
import net.alexnet.train.config.Recipe;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingMonitorTest {
    private static final int FLAT_AFTER = 10;
    private static final Recipe RECIPE = TinyRun.recipe(1, 1, new Recipe.Monitor(1, 1, FLAT_AFTER, 0));

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();
    private final Network network = Network.initialize(RECIPE.network().architecture(),
            RECIPE.network().initialization(), 5, backend);
    private final TrainingMonitor monitor = new TrainingMonitor(RECIPE, backend);

    // --- signal ----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(doubles = {0.31, 1.4, 13, 59})
    void aHealthySignalIsNotWarnedOf(double deviation) {
        assertThat(signal(monitor, conv1(deviation))).isEmpty();
    }

    @Test
    void aFaintSignalIsWarnedOfOnceWithTheRemedy() {
        List<String> warnings = signal(monitor, conv1(0.2));
        assertThat(warnings).hasSize(1);
        assertThat(warnings.getFirst()).contains("conv1", "0.200", "fade", "'he'", "pictures.values: raw");
        assertThat(signal(monitor, conv1(0.1))).isEmpty();
    }

    @Test
    void aLoudSignalIsWarnedOfWithTheRemedyThatIsNotSetYet() {
        assertThat(RECIPE.pictures().values()).isEqualTo(Recipe.Values.STANDARDIZED);
        assertThat(signal(monitor, conv1(100))).singleElement().asString()
                .contains("grow", "network.initialization: paper")
                .doesNotContain("pictures.values: standardized");
    }

    // --- finite ----------------------------------------------------------------------------------------------------

    @Test
    void aFiniteLossPasses() {
        assertThatCode(() -> finite(3, 1e30)).doesNotThrowAnyException();
        assertThatCode(() -> monitor.sound(3, network.parameters())).doesNotThrowAnyException();
    }

    @Test
    void theFirstParameterThatIsNotANumberIsNamed() {
        spoil("conv4.bias", Float.NaN);
        spoil("fc6.weight", Float.NEGATIVE_INFINITY);
        assertThatThrownBy(() -> finite(7, Double.NaN))
                .isInstanceOf(DivergedException.class)
                .hasMessageContainingAll("NaN", "step 7", "conv4.bias", "optimizer.learning_rate is 0.02");
        assertThatThrownBy(() -> monitor.sound(6, network.parameters())).isInstanceOf(DivergedException.class)
                .hasMessageContainingAll("step 6", "conv4.bias");
    }

    @Test
    void theFirstLayerWhoseOutputsAreNotNumbersIsNamed() {
        Parameter weight = parameter("conv2.weight");
        float[] values = backend.download(weight.value());
        Arrays.fill(values, 3e38f); // finite, but sums of it are not
        backend.assign(weight.value(), values);
        assertThatThrownBy(() -> finite(2, Double.POSITIVE_INFINITY))
                .isInstanceOf(DivergedException.class).hasMessageContainingAll("step 2", "conv2", "of 2048");
    }

    @Test
    void namesLogitsThatAreTooLargeForTheSoftmax() {
        assertThatThrownBy(() -> finite(2, Double.POSITIVE_INFINITY))
                .isInstanceOf(DivergedException.class).hasMessageContainingAll("fc8", "softmax");
    }

    // --- flat ------------------------------------------------------------------------------------------------------

    @Test
    void aLossThatStaysAtChanceIsWarnedOfOnceAfterTheStatedSteps() {
        double chance = Math.log(3);
        List<Long> warned = new ArrayList<>();
        for (long step = 1; step <= 3 * FLAT_AFTER; step++) {
            double noise = step % 2 == 0 ? 0.02 : -0.02;
            List<String> warnings = monitor.flat(step, chance + noise);
            if (!warnings.isEmpty()) {
                warned.add(step);
                assertThat(warnings).singleElement().asString().contains("10 steps", "1.099",
                        "pictures.values is 'standardized'",
                        "optimizer.learning_rate is 0.02");
            }
        }
        assertThat(warned).containsExactly((long) FLAT_AFTER);
    }

    @Test
    void aLossThatFallsOrRisesIsNotFlat() {
        for (int step = 1; step <= 5 * FLAT_AFTER; step++) {
            assertThat(monitor.flat(step, Math.log(3) * Math.pow(0.95, step))).isEmpty();
        }
        TrainingMonitor other = new TrainingMonitor(RECIPE, backend);
        for (int step = 1; step <= 5 * FLAT_AFTER; step++) {
            assertThat(other.flat(step, 5)).isEmpty();
        }
    }

    @Test
    void aSingleLossAtChanceIsNoWarning() {
        for (long step = 1; step <= 2 * FLAT_AFTER; step++) {
            assertThat(monitor.flat(step, step == FLAT_AFTER ? Math.log(3) : 0.3)).isEmpty();
        }
    }

    @Test
    void aResumedRunNeedsSeveralLossesForAWarning() {
        for (int step = 1; step < 10; step++) {
            assertThat(monitor.flat(1000 + step, Math.log(3))).isEmpty();
        }
        assertThat(monitor.flat(1010, Math.log(3))).hasSize(1);
    }

    // --- dead ------------------------------------------------------------------------------------------------------

    @Test
    void livingLayersAreNotWarnedOf() {
        assertThat(monitor.dead(shares(16))).isEmpty();
    }

    @Test
    void eachDeadLayerIsWarnedOfOnceByTheNameOfItsWeights() {
        fill("conv3.bias", -1e6f);
        List<String> warnings = monitor.dead(shares(16));
        assertThat(warnings.getFirst()).contains("100 % of the units of conv3", "optimizer.learning_rate is 0.02");
        assertThat(monitor.dead(shares(16))).isEmpty();
        fill("conv1.bias", -1e6f);
        assertThat(monitor.dead(shares(16))).anyMatch(text -> text.contains("100 % of the units of conv1"))
                .noneMatch(text -> text.contains("conv3"));
    }

    @Test
    void aLayerWithSomeSilentUnitsIsNotDead() {
        float[] bias = new float[8];
        Arrays.fill(bias, 0, 6, -1e6f); // three quarters
        backend.assign(parameter("conv1.bias").value(), bias);
        var shares = shares(16);
        assertThat(shares.get("conv1")).isBetween(0.75, 0.89);
        assertThat(monitor.dead(shares)).noneMatch(text -> text.contains("conv1"));
    }

    @Test
    void aFewPicturesTellNothingOfDeadUnits() {
        fill("conv1.bias", -1e6f);
        assertThat(shares(2)).isEmpty();
        assertThat(shares(2, 5)).isEmpty();
        assertThat(shares(2, 5, 1)).containsEntry("conv1", 1.0);
    }

    /// Units that some pictures of the batch wake up are not dead, whichever micro-batch has them.
    @Test
    void microBatchesCountTheDeadUnitsOfTheWholeBatch() {
        UnitMaxima units = new UnitMaxima(backend);
        units.add(forward(), 16);
        double awake = units.dead(network, Group.SOLO).getOrDefault("conv1", 1.0);
        fill("conv1.bias", -1e6f);
        units.add(forward(), 16);
        assertThat(awake).isLessThan(1);
        assertThat(units.dead(network, Group.SOLO)).containsEntry("conv1", awake);
    }

    // --- helpers ---------------------------------------------------------------------------------------------------

    /// Outputs of conv1 of exactly this deviation.
    private Stage conv1(double deviation) {
        float[] values = new float[8 * 8 * 8];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (i % 2 == 0 ? deviation : -deviation);
        }
        Tensor out = backend.upload(Shape.of(1, 8, 8, 8), values);
        return new Stage(network.architecture().rows().getFirst(), out, out, out);
    }

    private void finite(long step, double loss) {
        monitor.finite(step, loss, () -> monitor.cause(forward(), network.parameters()));
    }

    /// The shares of dead units of micro-batches of so many pictures.
    private SequencedMap<String, Double> shares(int... pictures) {
        UnitMaxima units = new UnitMaxima(backend);
        Arrays.stream(pictures).forEach(count -> units.add(forward(count), count));
        return units.dead(network, Group.SOLO);
    }

    private List<Stage> forward() {
        return forward(16);
    }

    private List<Stage> forward(int pictures) {
        float[] values = new float[pictures * 64];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 0.7);
        }
        return network.forward(backend.upload(Shape.of(pictures, 1, 8, 8), values), new DropoutMasks(1, 0));
    }

    private void spoil(String name, float value) {
        float[] values = backend.download(parameter(name).value());
        values[1] = value;
        backend.assign(parameter(name).value(), values);
    }

    private void fill(String name, float value) {
        float[] values = new float[8];
        Arrays.fill(values, value);
        backend.assign(parameter(name).value(), values);
    }

    private Parameter parameter(String name) {
        return network.parameters().stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
    }

    private static List<String> signal(TrainingMonitor monitor, Stage conv1) {
        return monitor.signal(conv1, conv1.out());
    }
}
