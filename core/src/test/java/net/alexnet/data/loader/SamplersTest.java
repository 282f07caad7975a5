package net.alexnet.data.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.IntStream;
import net.alexnet.data.image.ColorPca;
import net.alexnet.data.image.ColorPca.Component;
import net.alexnet.data.image.Crop;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SamplersTest {
    private static final int PICTURES = 23;
    private static final int BATCH = 5; // five batches, the last of three

    @Test
    void anEpochHoldsEveryPictureOnce() {
        TrainingSampler plan = training(0, 0);
        for (int epoch = 0; epoch < 3; epoch++) {
            List<Integer> images = new ArrayList<>();
            for (int number = 0; number < 5; number++) {
                BatchIndices batch = plan.next();
                assertThat(batch.epoch()).isEqualTo(epoch);
                assertThat(batch.number()).isEqualTo(number);
                assertThat(batch.inputs()).hasSize(number < 4 ? 5 : 3);
                batch.inputs().forEach(input -> images.add(input.image()));
            }
            assertThat(images).containsExactlyInAnyOrderElementsOf(IntStream.range(0, PICTURES).boxed().toList());
        }
    }

    @Test
    void resumesAtAnyBatch() {
        TrainingSampler whole = training(0, 0);
        List<BatchIndices> batches = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            batches.add(whole.next());
        }
        for (int i = 0; i < 15; i++) {
            TrainingSampler resumed = training(i / 5, i % 5);
            assertThat(resumed.next()).isEqualTo(batches.get(i));
        }
        assertThat(training(0, 5).next()).isEqualTo(batches.get(5));
    }

    /// The law of ranks: a step's parts are disjoint, cover the single rank's batch in its order, and differ by one
    /// picture at most; so every epoch has the same number of steps for every rank.
    @Property
    void ranksShareEveryStepOfTheSingleRank(
            @ForAll @IntRange(min = 1, max = 9) int world, @ForAll @IntRange(min = 1, max = 30) int batch) {
        TrainingSampler whole = training(batch, Rank.SOLO, 0, 0);
        List<TrainingSampler> ranks = IntStream.range(0, world)
                .mapToObj(rank -> training(batch, new Rank(rank, world), 0, 0))
                .toList();
        for (int step = 0; step < 2 * TrainingSampler.batches(PICTURES, batch); step++) {
            BatchIndices expected = whole.next();
            List<BatchIndices.Input> together = new ArrayList<>();
            for (TrainingSampler rank : ranks) {
                BatchIndices part = rank.next();
                assertThat(part.epoch()).isEqualTo(expected.epoch());
                assertThat(part.number()).isEqualTo(expected.number());
                assertThat(part.inputs().size() - expected.inputs().size() / world).isBetween(0, 1);
                together.addAll(part.inputs());
            }
            assertThat(together).isEqualTo(expected.inputs());
        }
    }

    /// The law of micro-batches: they are a rank's part of a step in its order, and only the last may be smaller.
    @Property
    void microBatchesShareEveryStepOfARank(@ForAll @IntRange(min = 1, max = 3) int world,
            @ForAll @IntRange(min = 1, max = 30) int batch, @ForAll @IntRange(min = 1, max = 31) int microBatch) {
        for (int number = 0; number < world; number++) {
            Rank rank = new Rank(number, world);
            TrainingSampler whole = training(batch, rank, 0, 0);
            TrainingSampler cut = training(batch, microBatch, rank, 0, 0);
            for (int step = 0; step < 2 * TrainingSampler.batches(PICTURES, batch); step++) {
                BatchIndices expected = whole.next();
                assertThat(expected.last()).isTrue();
                List<BatchIndices.Input> together = new ArrayList<>();
                BatchIndices part;
                do {
                    part = cut.next();
                    assertThat(part.first()).isEqualTo(expected.first() + together.size());
                    together.addAll(part.inputs());
                    assertThat(part).isEqualTo(new BatchIndices(expected.epoch(), expected.number(), part.inputs(),
                            expected.total(), part.first(), together.size() == expected.inputs().size()));
                    assertThat(part.inputs().size()).isLessThanOrEqualTo(microBatch);
                    assertThat(part.last() || part.inputs().size() == microBatch).isTrue();
                } while (!part.last());
                assertThat(together).isEqualTo(expected.inputs());
            }
        }
    }

    @Test
    void refusesRanksThatDoNotExist() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Rank(2, 2)).withMessageContaining("rank 2 of 2");
        assertThatIllegalArgumentException().isThrownBy(() -> new Rank(0, 0));
    }

    @Test
    void evaluationGoesThroughTheSetInOrderAndEnds() {
        SequentialSampler plan = new SequentialSampler(PICTURES, BATCH, List.of(Crop.center(12, 8)));
        List<BatchIndices.Input> inputs = new ArrayList<>();
        while (plan.hasNext()) {
            inputs.addAll(plan.next().inputs());
        }
        assertThat(inputs)
                .isEqualTo(IntStream.range(0, PICTURES)
                        .mapToObj(i -> new BatchIndices.Input(i, Crop.center(12, 8)))
                        .toList());
        assertThatThrownBy(plan::next).isInstanceOf(NoSuchElementException.class);
        assertThat(new SequentialSampler(0, BATCH, List.of(Crop.center(12, 8))).hasNext()).isFalse();
    }

    @Test
    void theCropsOfAnImageFollowEachOther() {
        List<Crop> views = Crop.ten(12, 8);
        SequentialSampler plan = new SequentialSampler(7, 3, views);
        List<Integer> sizes = new ArrayList<>();
        List<BatchIndices.Input> inputs = new ArrayList<>();
        while (plan.hasNext()) {
            List<BatchIndices.Input> batch = plan.next().inputs();
            sizes.add(batch.size());
            inputs.addAll(batch);
        }
        assertThat(sizes).containsExactly(30, 30, 10);
        assertThat(inputs)
                .isEqualTo(IntStream.range(0, 70)
                        .mapToObj(i -> new BatchIndices.Input(i / 10, views.get(i % 10)))
                        .toList());
        assertThatIllegalArgumentException().isThrownBy(() -> new SequentialSampler(7, 3, List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> new SequentialSampler(7, 0, views));
    }

    @Test
    void refusesPositionsThatDoNotExist() {
        assertThatIllegalArgumentException().isThrownBy(() -> training(0, 6)).withMessageContaining("5 batches of 5");
        assertThatIllegalArgumentException().isThrownBy(() -> TrainingSampler.batches(0, 5));
    }

    private static TrainingSampler training(int epoch, int number) {
        return training(BATCH, Rank.SOLO, epoch, number);
    }

    private static TrainingSampler training(int batch, Rank rank, int epoch, int number) {
        return training(batch, batch, rank, epoch, number);
    }

    private static TrainingSampler training(int batch, int microBatch, Rank rank, int epoch, int number) {
        PcaColorNoise noise = new PcaColorNoise(new ColorPca(List.of(new Component(30, List.of(1.0)))), 0.1);
        return new TrainingSampler(
                new TrainingSampler.Pictures(PICTURES, 12, 8, EpochShuffle.WHOLE),
                batch,
                microBatch,
                new Augmentation(true, 1, true, Optional.of(noise)),
                9,
                rank,
                epoch,
                number);
    }
}
