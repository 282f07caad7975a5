package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import net.alexnet.inference.TopKErrors.ClassErrors;
import net.alexnet.inference.TopKErrors.Confusion;
import org.junit.jupiter.api.Test;

class TopKErrorsTest {
    @Test
    void countsBothErrorsAndTheLoss() {
        TopKErrors scores = new TopKErrors(7);
        float[] falling = {0.4f, 0.2f, 0.15f, 0.1f, 0.08f, 0.05f, 0.02f};
        float[] rows = new float[4 * 7];
        for (int i = 0; i < 4; i++) {
            System.arraycopy(falling, 0, rows, i * 7, 7);
        }
        scores.add(rows, new int[] {0, 4, 5, 6}, 4); // first, fifth, sixth and seventh place
        TopKErrors.Report report = scores.report();
        assertThat(report.images()).isEqualTo(4);
        assertThat(report.missedTop1()).isEqualTo(3);
        assertThat(report.missedTop5()).isEqualTo(2);
        assertThat(report.top1()).isEqualTo(0.75);
        assertThat(report.top5()).isEqualTo(0.5);
        double loss = -(Math.log(0.4) + Math.log(0.08) + Math.log(0.05) + Math.log(0.02)) / 4;
        assertThat(report.loss()).isCloseTo(loss, within(1e-6));
    }

    @Test
    void aPartialBatchWeighsWhatItHolds() {
        TopKErrors scores = new TopKErrors(2);
        scores.add(new float[] {1, 0, 1, 0, 1, 0}, new int[] {0, 0, 0}, 3);
        // the buffer of the last batch still holds two rows of the batch before
        scores.add(new float[] {1, 0, 1, 0, 1, 0}, new int[] {1, 1, 1}, 1);
        assertThat(scores.report().images()).isEqualTo(4);
        assertThat(scores.report().top1()).isEqualTo(0.25); // not the 0.5 that a mean of means would be
    }

    @Test
    void aClassOfFewImagesCountsAsMuchInTheBalancedError() {
        TopKErrors scores = new TopKErrors(3);
        scores.add(new float[] {1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0}, new int[] {0, 0, 0, 0, 2}, 5);
        TopKErrors.Report report = scores.report();
        assertThat(report.perClass()).containsExactly(new ClassErrors(0, 4, 1), new ClassErrors(2, 1, 1));
        assertThat(report.top1()).isEqualTo(0.4);
        assertThat(report.balancedTop1()).isEqualTo((0.25 + 1) / 2);
        assertThat(report.top1Interval()).isEqualTo(ErrorInterval.of(2, 5));
        assertThat(report.perClass().getLast().interval().high()).isEqualTo(1);
    }

    @Test
    void fiveInAHundredThatAreRightAreBelowTheThreshold() {
        TopKErrors scores = new TopKErrors(2);
        assertThat(wrong(scores).report().unsureBelow()).isEmpty();
        for (int i = 0; i < 200; i++) {
            float probability = 0.6f + 0.001f * ((i * 77) % 200);
            scores.add(new float[] {probability, 1 - probability}, new int[] {0}, 1);
            wrong(scores);
        }
        assertThat(scores.report().unsureBelow()).hasValueCloseTo(0.61, within(1e-6));
    }

    private static TopKErrors wrong(TopKErrors scores) {
        scores.add(new float[] {0.55f, 0.45f}, new int[] {1}, 1);
        return scores;
    }

    @Test
    void noClassIsMissedByFiveGuessesAmongFive() {
        TopKErrors scores = new TopKErrors(5);
        scores.add(new float[] {0.5f, 0.2f, 0.1f, 0.1f, 0.1f}, new int[] {4}, 1);
        assertThat(scores.report().missedTop1()).isEqualTo(1);
        assertThat(scores.report().top5()).isZero();
    }

    @Test
    void listsTheTenCommonestConfusionsOnly() {
        TopKErrors scores = new TopKErrors(13);
        for (int predicted = 1; predicted < 13; predicted++) {
            add(scores, 0, predicted, predicted); // 12 mistakes for class 0, the last the most frequent
        }
        add(scores, 5, 5, 100);
        List<Confusion> confusions = scores.report().confusions();
        assertThat(confusions).hasSize(10).startsWith(new Confusion(0, 12, 12), new Confusion(0, 11, 11))
                .endsWith(new Confusion(0, 3, 3));
    }

    @Test
    void manyClassesTakeRoomForTheConfusionsThatOccurOnly() {
        int classes = 200_000; // a table of all pairs would be 160 GB
        TopKErrors scores = new TopKErrors(classes);
        float[] row = new float[classes];
        row[classes - 1] = 1;
        scores.add(row, new int[] {3}, 1);
        assertThat(scores.report().confusions()).containsExactly(new Confusion(3, classes - 1, 1));
    }

    @Test
    void confusionsThatAreAsCommonComeInTheOrderOfTheClasses() {
        TopKErrors scores = new TopKErrors(13);
        add(scores, 7, 1, 1);
        add(scores, 2, 9, 1);
        add(scores, 2, 3, 1);
        assertThat(scores.report().confusions())
                .containsExactly(new Confusion(2, 3, 1), new Confusion(2, 9, 1), new Confusion(7, 1, 1));
    }

    @Test
    void aRowOfNaNIsWrongAndSoIsItsLoss() {
        TopKErrors scores = new TopKErrors(6);
        float[] row = new float[6];
        Arrays.fill(row, Float.NaN);
        scores.add(row, new int[] {0}, 1);
        assertThat(scores.report().missedTop1()).isEqualTo(1);
        assertThat(scores.report().missedTop5()).isEqualTo(1);
        assertThat(scores.report().loss()).isNaN();
    }

    @Test
    void aProbabilityOfZeroHasAFiniteLoss() {
        TopKErrors scores = new TopKErrors(2);
        scores.add(new float[] {1, 0}, new int[] {1}, 1);
        assertThat(scores.report().loss()).isBetween(80.0, 100.0);
    }

    @Test
    void refusesAReportWithoutImages() {
        assertThatThrownBy(new TopKErrors(2)::report).hasMessageContaining("no pictures");
    }

    private static void add(TopKErrors scores, int label, int predicted, int times) {
        float[] row = new float[13];
        row[predicted] = 1;
        for (int i = 0; i < times; i++) {
            scores.add(row, new int[] {label}, 1);
        }
    }
}
