package net.alexnet.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class InitializationTest {
    private static final List<String> LAYERS = List.of("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7",
            "fc8");

    /// Wide enough to measure a deviation in every layer.
    private static final Architecture ARCHITECTURE = AlexNet.paper().withSize(67, 3, 0.1).withClasses(50)
            .architecture();

    @ParameterizedTest
    @CsvSource({
        "PAPER,  .01, .01, .01, .01, .01, .01,  .01,  .01",
        "SOURCE, .01, .01, .03, .03, .03, .01,  .01,  .01",
        "CAFFE,  .01, .01, .01, .01, .01, .005, .005, .01",
        "CAFFENET,  .01, .01, .01, .01, .01, .005, .005, .01"})
    void standardDeviations(Initialization initialization, double conv1, double conv2, double conv3, double conv4,
            double conv5,
            double fc6, double fc7, double fc8) {
        assertThat(LAYERS).extracting(layer -> initialization.std(layer, 1000))
                .containsExactly(conv1, conv2, conv3, conv4, conv5, fc6, fc7, fc8);
    }

    @ParameterizedTest
    @CsvSource({
        "PAPER,  0, 1,  0, 1,  1,  1,  1,  0",
        "SOURCE, 0, 1,  0, 1,  1,  1,  1,  0",
        "CAFFE,  0, .1, 0, .1, .1, .1, .1, 0",
        "CAFFENET,  0, 1, 0, 1, 1, 1, 1, 0",
        "HE,     0, 0,  0, 0,  0,  0,  0,  0"})
    void biases(Initialization initialization, double conv1, double conv2, double conv3, double conv4, double conv5,
            double fc6, double fc7, double fc8) {
        assertThat(LAYERS).extracting(initialization::bias)
                .containsExactly(conv1, conv2, conv3, conv4, conv5, fc6, fc7, fc8);
    }

    @Test
    void heDependsOnTheFanIn() {
        assertThat(Initialization.HE.std("conv1", 363)).isEqualTo(Math.sqrt(2.0 / 363));
        assertThat(Initialization.HE.std("fc8", 50)).isEqualTo(0.2);
        // Towers halve what a unit of conv2 sees.
        Architecture paper = AlexNet.paper().architecture();
        assertThat(paper.rows()).filteredOn(row -> row.name().equals("conv2")).extracting(Row::fanIn)
                .containsExactly(48 * 25L);
    }

    @ParameterizedTest
    @EnumSource(Initialization.class)
    void networksStartWithThem(Initialization initialization) {
        Map<String, float[]> values = draw(initialization, 1);
        assertThat(values.keySet()).containsExactlyElementsOf(
                LAYERS.stream().flatMap(layer -> List.of(layer + ".weight", layer + ".bias").stream()).toList());
        for (Row row : ARCHITECTURE.rows()) {
            if (row.layer() instanceof Layer.Weighted weighted) {
                float[] weights = values.getOrDefault(weighted.name() + ".weight", new float[0]);
                assertThat(weights).hasSize(Math.toIntExact(row.weightShape().elements()));
                double std = initialization.std(weighted.name(), row.fanIn());
                double error = 4 / Math.sqrt(weights.length); // four deviations of the mean; of the deviation, over five
                assertThat(mean(weights)).as(row.name()).isCloseTo(0, within(error * std));
                assertThat(std(weights)).as(row.name()).isCloseTo(std, within(error * std));
                assertThat(values.get(weighted.name() + ".bias"))
                        .containsOnly((float) initialization.bias(weighted.name()));
            }
        }
    }

    @Test
    void theWeightsAreNormal() {
        float[] weights = draw(Initialization.PAPER, 1).getOrDefault("fc7.weight", new float[0]);
        int within1 = 0;
        int within2 = 0;
        for (float weight : weights) {
            within1 += Math.abs(weight) < 0.01 ? 1 : 0;
            within2 += Math.abs(weight) < 0.02 ? 1 : 0;
        }
        assertThat((double) within1 / weights.length).isCloseTo(0.6827, within(0.005));
        assertThat((double) within2 / weights.length).isCloseTo(0.9545, within(0.003));
    }

    @Test
    void valuesDependOnTheSeedOnly() {
        Map<String, float[]> values = draw(Initialization.SOURCE, 1);
        Map<String, float[]> again = draw(Initialization.SOURCE, 1);
        Map<String, float[]> other = draw(Initialization.SOURCE, 2);
        values.forEach((name, value) -> assertThat(again.get(name)).as(name).isEqualTo(value));
        for (String layer : LAYERS) {
            assertThat(other.get(layer + ".weight")).as(layer).isNotEqualTo(values.get(layer + ".weight"));
        }
        // No two layers start with the same numbers, whatever their deviations.
        assertThat(LAYERS).extracting(
                layer -> values.getOrDefault(layer + ".weight", new float[2])[0]
                        / values.getOrDefault(layer + ".weight", new float[2])[1])
                .doesNotHaveDuplicates();
    }

    private static Map<String, float[]> draw(Initialization initialization, long seed) {
        try (Backend backend = new ReferenceBackend()) {
            Map<String, float[]> values = new LinkedHashMap<>();
            for (Parameter parameter : Network.initialize(ARCHITECTURE, initialization, seed, backend).parameters()) {
                values.put(parameter.name(), backend.download(parameter.value()));
            }
            return values;
        }
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double std(float[] values) {
        double mean = mean(values);
        double sum = 0;
        for (float value : values) {
            sum += (value - mean) * (value - mean);
        }
        return Math.sqrt(sum / values.length);
    }
}
