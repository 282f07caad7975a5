package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Preprocessing;
import org.junit.jupiter.api.Test;

class ViewProbabilitiesTest {
    private static final int CLASSES = 2;

    @Test
    void averagesTenViewsAndKeepsTheCenter() {
        float[] rows = new float[2 * 10 * CLASSES];
        for (int view = 0; view < 10; view++) {
            put(rows, view, view / 16f); // 0/16 to 9/16: the mean is 4.5/16, the third 2/16
            put(rows, 10 + view, 1 - view / 16f);
        }
        ViewProbabilities said = ViewProbabilities.of(rows, Views.TEN, CLASSES);
        assertThat(said.mean()).containsExactly(4.5f / 16, 11.5f / 16, 11.5f / 16, 4.5f / 16);
        assertThat(said.center()).containsExactly(2f / 16, 14f / 16, 14f / 16, 2f / 16);
    }

    @Test
    void oneViewIsTakenAsItIs() {
        float[] rows = {0.1f, 0.9f, 0.7f, 0.3f};
        ViewProbabilities said = ViewProbabilities.of(rows, Views.CENTER, CLASSES);
        assertThat(said.mean()).containsExactly(rows);
        assertThat(said.center()).containsExactly(rows);
    }

    @Test
    void averagesNetworksAfterTheirViews() {
        ViewProbabilities one = new ViewProbabilities(new float[] {0.25f, 0.75f}, new float[] {1, 0});
        ViewProbabilities other = new ViewProbabilities(new float[] {0.75f, 0.25f}, new float[] {0.5f, 0.5f});
        ViewProbabilities third = new ViewProbabilities(new float[] {0.5f, 0.5f}, new float[] {0, 1});
        ViewProbabilities mean = ViewProbabilities.mean(List.of(one, other, third));
        assertThat(mean.mean()).containsExactly(0.5f, 0.5f);
        assertThat(mean.center()).containsExactly(0.5f, 0.5f);
        assertThat(ViewProbabilities.mean(List.of(one)).mean()).containsExactly(one.mean());
    }

    @Test
    void theCenterOfTenViewsIsTheOneView() {
        Preprocessing preprocessing = new Preprocessing(1, 13, 8, List.of(0.0), 1);
        for (Views views : Views.values()) {
            List<Crop> all = views.of(preprocessing);
            assertThat(all).hasSize(views.count()).doesNotHaveDuplicates();
            assertThat(all.get(views.center())).isEqualTo(Crop.center(13, 8));
        }
    }

    private static void put(float[] rows, int row, float probability) {
        rows[row * CLASSES] = probability;
        rows[row * CLASSES + 1] = 1 - probability;
    }
}
