package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.RecipeReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AutoConfigTest {
    private static final int ANY = Integer.MAX_VALUE; // raw pictures can be resized to any side

    private static final List<Integer> PICTURES = List.of(1, 8, 40, 200, 500, 1_250, 3_000, 5_000, 20_000, 100_000,
            1_281_167);
    private static final List<Integer> CORES = List.of(1, 2, 4, 8, 16, 64, 256);

    private final Recipe template = template(Map.of());

    @Test
    void morePicturesMeanFewerEpochsAndLargerBatches() {
        for (int cores : CORES) {
            int epochs = Integer.MAX_VALUE;
            int batch = 0;
            for (int pictures : PICTURES) {
                Recipe recipe = fit(pictures, cores).recipe();
                assertThat(recipe.epochs()).isBetween(15, 60).isLessThanOrEqualTo(epochs);
                assertThat(recipe.batch()).isBetween(8, 64).isGreaterThanOrEqualTo(batch);
                epochs = recipe.epochs();
                batch = recipe.batch();
            }
            assertThat(epochs).isEqualTo(15);
            assertThat(batch).isEqualTo(64);
        }
        assertThat(fit(200, 2).recipe().epochs()).isEqualTo(60);
        assertThat(fit(200, 2).recipe().batch()).isEqualTo(12);
    }

    @Test
    void moreCoresMeanALargerNetworkAndMorePicturesASmallerOne() {
        long[][] costs = new long[PICTURES.size()][CORES.size()];
        for (int p = 0; p < PICTURES.size(); p++) {
            for (int c = 0; c < CORES.size(); c++) {
                costs[p][c] = fit(PICTURES.get(p), CORES.get(c)).recipe().network().architecture()
                        .trainingMultiplyAdds();
                String where = PICTURES.get(p) + " pictures, " + CORES.get(c) + " cores";
                assertThat(costs[p][c]).as(where).isGreaterThanOrEqualTo(c == 0 ? 0 : costs[p][c - 1])
                        .isLessThanOrEqualTo(p == 0 ? Long.MAX_VALUE : costs[p - 1][c]);
            }
        }
        // the whole range is used
        assertThat(fit(1, 1).recipe().network().width()).isEqualTo(1);
        assertThat(fit(1, 1).recipe().network().input()).isEqualTo(224);
        assertThat(fit(1_281_167, 1).recipe().network().width()).isEqualTo(0.25);
        assertThat(fit(1_281_167, 1).recipe().network().input()).isEqualTo(96);
    }

    @Test
    void leavesTheRoomForCropsThatThePaperHas() {
        for (int pictures : PICTURES) {
            Recipe recipe = fit(pictures, 2).recipe();
            double room = (double) recipe.pictures().resize() / recipe.network().input();
            assertThat(room).isBetween(1.13, 1.16); // 256 / 224 is 1.143
        }
        assertThat(fit(1, 64).recipe().pictures().resize()).isEqualTo(256);
    }

    @Test
    void keepsEverythingElseOfTheRecipe() {
        Recipe fitted = fit(2_000, 2).recipe();
        assertThat(fitted.name()).isEqualTo("pictures");
        assertThat(fitted.network().classes()).isEqualTo(7);
        assertThat(fitted.network().initialization()).isEqualTo(template.network().initialization());
        assertThat(fitted.pictures().values()).isEqualTo(template.pictures().values());
        assertThat(fitted.optimizer()).isEqualTo(template.optimizer());
        assertThat(fitted.schedule()).isEqualTo(template.schedule());
        assertThat(fitted.checkpoints()).isEqualTo(template.checkpoints());
        assertThat(fitted.monitor()).isEqualTo(template.monitor());
    }

    @ParameterizedTest
    @CsvSource({
        "epochs, 3", "batch, 5", "network.input, 160", "network.width, 0.75", "network.variant, caffe",
        "pictures.resize, 250",
        "network.dropout, 0", "pictures.mirror, false"
    })
    void whatTheUserHasSetStays(String key, String value) {
        Map<String, String> settings = Map.of(key, value);
        for (int pictures : List.of(20, 100_000)) {
            AutoConfig fit = AutoConfig.of(template(settings), pictures, 2, ANY, settings.keySet());
            assertThat(RecipeReader.read("fitted", RecipeReader.write(fit.recipe()), settings)).isEqualTo(fit.recipe());
        }
    }

    @Test
    void anOptionOfTheNetworkDoesNotKeepItsSize() {
        Map<String, String> settings = Map.of("network.dropout", "0");
        Recipe fitted = AutoConfig.of(template(settings), 100_000, 2, ANY, settings.keySet()).recipe();
        assertThat(fitted.network().input()).isLessThan(224);
    }

    @Test
    void preparedPicturesAreNotMadeLarger() {
        AutoConfig free = AutoConfig.of(template(Map.of()), 100, 64, ANY, Set.of());
        assertThat(free.recipe().pictures().resize()).isEqualTo(256);
        Recipe held = AutoConfig.of(template(Map.of()), 100, 64, 160, Set.of()).recipe();
        assertThat(held.network().input()).isEqualTo(128);
        assertThat(held.pictures().resize()).isEqualTo(146);
    }

    @Test
    void saysWhatItChose() {
        AutoConfig fit = fit(20_000, 4);
        Recipe recipe = fit.recipe();
        assertThat(fit.reason())
                .contains("20,000 pictures", "7 classes", "4 threads", recipe.network().input() + " pixels",
                        "width " + recipe.network().width(), "15 epochs", "batches of 64");
    }

    private AutoConfig fit(int pictures, int cores) {
        return AutoConfig.of(template, pictures, cores, ANY, Set.of("data.source"));
    }

    private static Recipe template(Map<String, String> settings) {
        try {
            String yaml = Files.readString(Path.of("..", "recipes", AutoConfig.RECIPE + ".yaml"));
            return RecipeReader.read("recipe pictures", yaml, settings).withClasses(7);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
