package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.TinyNetworks;
import org.junit.jupiter.api.Test;

class ModelCardTest {
    private static final AlexNet NETWORK = TinyNetworks.of(2);
    private static final List<String> CLASSES = List.of("cat", "dog");

    @Test
    void needsANameForEachOutput() {
        Preprocessing fits = new Preprocessing(1, 10, 8, List.of(0.0), 1);
        assertThatThrownBy(() -> new ModelCard(NETWORK, List.of("cat"), fits, "test"))
                .hasMessage("the network has 2 outputs, but there are 1 class names");
    }

    @Test
    void needsPicturesOfTheNetworksSize() {
        Preprocessing tooSmall = new Preprocessing(1, 10, 7, List.of(0.0), 1);
        assertThatThrownBy(() -> new ModelCard(NETWORK, CLASSES, tooSmall, "test"))
                .hasMessage("the network reads 1 × 8 × 8, but the preprocessing gives 1 × 7 × 7");
    }

    @Test
    void needsPicturesOfTheNetworksChannels() {
        Preprocessing color = new Preprocessing(3, 10, 8, List.of(0.0, 0.0, 0.0), 1);
        assertThatThrownBy(() -> new ModelCard(NETWORK, CLASSES, color, "test"))
                .hasMessage("the network reads 1 × 8 × 8, but the preprocessing gives 3 × 8 × 8");
    }

    @Test
    void doesNotChangeWithTheListItWasMadeFrom() {
        List<String> names = new ArrayList<>(CLASSES);
        ModelCard card = new ModelCard(NETWORK, names, new Preprocessing(1, 10, 8, List.of(0.0), 1), "test");
        names.set(0, "cow");
        assertThat(card.classes()).isEqualTo(CLASSES);
    }

    @Test
    void wnidsAreOneForEachClass() {
        Preprocessing fits = new Preprocessing(1, 10, 8, List.of(0.0), 1);
        for (List<String> wrong : List.of(List.of("n00000001"), List.of("n00000001", "n00000001"),
                List.of("n00000001", "x00000002"))) {
            assertThatThrownBy(
                    () -> new ModelCard(NETWORK, CLASSES, fits, "", wrong, Optional.empty(), Optional.empty(),
                            List.of()))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("wnids");
        }
        assertThatThrownBy(
                () -> new ModelCard(NETWORK, CLASSES, fits, "", List.of(), Optional.of(5), Optional.empty(), List.of()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("views must be 1 or 10");
    }

    @Test
    void whatIsNotTrainedIsNotComputed() {
        Preprocessing fits = new Preprocessing(1, 10, 8, List.of(0.0), 1);
        ModelCard card = new ModelCard(NETWORK, CLASSES, fits, "of convolutions", List.of(), Optional.empty(),
                Optional.empty(), List.of("fc7", "fc8"));
        int fc7 = FeatureLayer.of(NETWORK.architecture(), "fc7").end();
        int fc6 = FeatureLayer.of(NETWORK.architecture(), "fc6").end();
        card.requireTrained(fc6);
        assertThatThrownBy(() -> card.requireTrained(fc7)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fc7").hasMessageContaining("of convolutions");
        assertThatThrownBy(() -> new ModelCard(NETWORK, CLASSES, fits, "", List.of(), Optional.empty(),
                Optional.empty(), List.of("fc9"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fc9");
    }
}
