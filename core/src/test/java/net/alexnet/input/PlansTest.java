package net.alexnet.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import net.alexnet.image.Preprocessing;
import net.alexnet.image.View;
import org.junit.jupiter.api.Test;

class PlansTest {
    private static final Preprocessing PREPROCESSING = new Preprocessing(1, 12, 8, List.of(0.0), 1);
    private static final int PICTURES = 23;
    private static final int BATCH = 5; // five batches, the last of three

    @Test
    void anEpochHoldsEveryPictureOnce() {
        TrainingPlan plan = training(0, 0);
        for (int epoch = 0; epoch < 3; epoch++) {
            List<Integer> pictures = new ArrayList<>();
            for (int number = 0; number < 5; number++) {
                BatchPlan batch = plan.next();
                assertThat(batch.epoch()).isEqualTo(epoch);
                assertThat(batch.number()).isEqualTo(number);
                assertThat(batch.inputs()).hasSize(number < 4 ? 5 : 3);
                batch.inputs().forEach(input -> pictures.add(input.picture()));
            }
            assertThat(pictures).containsExactlyInAnyOrderElementsOf(IntStream.range(0, PICTURES).boxed().toList());
        }
    }

    @Test
    void resumesAtAnyBatch() {
        TrainingPlan whole = training(0, 0);
        List<BatchPlan> batches = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            batches.add(whole.next());
        }
        for (int i = 0; i < 15; i++) {
            TrainingPlan resumed = training(i / 5, i % 5);
            assertThat(resumed.next()).isEqualTo(batches.get(i));
        }
        assertThat(training(0, 5).next()).isEqualTo(batches.get(5));
    }

    @Test
    void evaluationGoesThroughTheSetInOrderAndEnds() {
        EvaluationPlan plan = new EvaluationPlan(PICTURES, BATCH, PREPROCESSING);
        List<BatchPlan.Input> inputs = new ArrayList<>();
        while (plan.hasNext()) {
            inputs.addAll(plan.next().inputs());
        }
        assertThat(inputs)
                .isEqualTo(IntStream.range(0, PICTURES)
                        .mapToObj(i -> new BatchPlan.Input(i, View.center(12, 8)))
                        .toList());
        assertThatThrownBy(plan::next).isInstanceOf(NoSuchElementException.class);
        assertThat(new EvaluationPlan(0, BATCH, PREPROCESSING).hasNext()).isFalse();
    }

    @Test
    void refusesPositionsThatDoNotExist() {
        assertThatIllegalArgumentException().isThrownBy(() -> training(0, 6)).withMessageContaining("5 batches of 5");
        assertThatIllegalArgumentException().isThrownBy(() -> TrainingPlan.batches(0, 5));
    }

    private static TrainingPlan training(int epoch, int number) {
        return new TrainingPlan(PICTURES, BATCH, PREPROCESSING, new Augmentation(true, true), 9, epoch, number);
    }
}
