package net.alexnet.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.List;
import net.alexnet.train.config.Schedule.Constant;
import net.alexnet.train.config.Schedule.Plateau;
import net.alexnet.train.config.Schedule.Steps;
import org.junit.jupiter.api.Test;

class OptimYamlTest {
    private static final ObjectMapper YAML = YAMLMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

    @Test
    void readsSchedulesAsRecipesWriteThem() throws JsonProcessingException {
        assertThat(YAML.readValue("{type: constant}", Schedule.class)).isEqualTo(new Constant());
        assertThat(YAML.readValue("{type: steps, epochs: [30, 60], factor: 0.1}", Schedule.class))
                .isEqualTo(new Steps(List.of(30, 60), 0.1));
        assertThat(YAML.readValue(
                "{type: plateau, patience: 3, factor: .1, min_improvement: 0, drops: 3}", Schedule.class))
                .isEqualTo(new Plateau(3, 0.1, 0, 3));
    }

    @Test
    void givesBackWhatItWrote() throws JsonProcessingException {
        List<Schedule> schedules = List.of(new Constant(), new Steps(List.of(1, 2), 0.5),
                new Plateau(5, 0.1, 0.001, 3));
        for (ObjectMapper mapper : List.of(YAML, JSON)) {
            for (Schedule schedule : schedules) {
                assertThat(mapper.readValue(mapper.writeValueAsString(schedule), Schedule.class)).isEqualTo(schedule);
            }
            for (Schedule.State state : List.of(Schedule.State.start(), new Schedule.State(1.0 / 3, 1, 2, true))) {
                assertThat(mapper.readValue(mapper.writeValueAsString(state), Schedule.State.class)).isEqualTo(state);
            }
            SgdConfig paper = SgdConfig.paper();
            assertThat(mapper.readValue(mapper.writeValueAsString(paper), SgdConfig.class)).isEqualTo(paper);
        }
        assertThat(JSON.writeValueAsString(SgdConfig.paper()))
                .isEqualTo(
                        "{\"learning_rate\":0.01,\"momentum\":0.9,\"weight_decay\":5.0E-4,\"bias_learning_rate_factor\":2.0,"
                                + "\"bias_decay\":false,\"lars_trust\":0.0}");
    }

    @Test
    void refusesWhatIsMissingOrUnknown() {
        assertThatThrownBy(() -> YAML.readValue("{type: plateau, patience: 3, factor: .1, drops: 3}", Schedule.class))
                .isInstanceOf(JsonMappingException.class)
                .hasMessageContaining("min_improvement");
        assertThatThrownBy(() -> YAML.readValue("{type: constant, patience: 3}", Schedule.class))
                .isInstanceOf(JsonMappingException.class)
                .hasMessageContaining("patience");
        assertThatThrownBy(() -> YAML.readValue("{type: cosine}", Schedule.class))
                .isInstanceOf(JsonMappingException.class)
                .hasMessageContaining("[constant, plateau, polynomial, steps, warmup]");
    }
}
