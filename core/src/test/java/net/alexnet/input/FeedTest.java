package net.alexnet.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import net.alexnet.dataset.DatasetException;
import net.alexnet.dataset.ListSet;
import net.alexnet.dataset.PictureSet;
import net.alexnet.image.Picture;
import net.alexnet.image.Preprocessing;
import net.alexnet.image.TestPictures;
import net.alexnet.image.UnreadablePictureException;
import net.alexnet.image.View;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FeedTest {
    private static final Preprocessing PREPROCESSING = new Preprocessing(3, 12, 8, List.of(10.0, 20.0, 30.0), 0.5);
    private static final int PICTURES = 23;
    private static final int BATCH = 5;

    /// A batch's contents, copied out of the feed's memory.
    private record Seen(int epoch, int number, List<Integer> labels, List<Integer> pictures, int hash) {
        static Seen of(Batch batch) {
            float[] values = batch.pixels().toArray(ValueLayout.JAVA_FLOAT);
            assertThat(values).hasSize(batch.count() * 8 * 8 * 3);
            return new Seen(
                    batch.epoch(),
                    batch.number(),
                    Arrays.stream(batch.labels()).boxed().toList(),
                    Arrays.stream(batch.pictures()).boxed().toList(),
                    Arrays.hashCode(values));
        }
    }

    @Test
    void theStreamIsTheSameForAnyNumberOfWorkersAndAnyDepth() throws Exception {
        List<Seen> one = take(12, training(0, 0), 1, 1);
        assertThat(take(12, training(0, 0), 4, 1)).isEqualTo(one);
        assertThat(take(12, training(0, 0), 3, 7)).isEqualTo(one);
        assertThat(one.get(4).pictures()).hasSize(3);
        assertThat(one.get(7).epoch()).isEqualTo(1);
        assertThat(one.get(7).hash()).isNotEqualTo(one.get(2).hash());
    }

    @Test
    void resumesAtAnyBatch() throws Exception {
        List<Seen> whole = take(12, training(0, 0), 2, 2);
        for (int i = 0; i < 10; i++) {
            assertThat(take(2, training(i / 5, i % 5), 2, 2)).isEqualTo(whole.subList(i, i + 2));
        }
    }

    @Test
    void evaluationCountsEveryPictureOnceAndTheLastBatchToo() throws Exception {
        List<Integer> pictures = new ArrayList<>();
        try (Feed feed = feed(set(), new EvaluationPlan(PICTURES, BATCH, List.of(View.center(12, 8))), 2, 3)) {
            while (feed.hasNext()) {
                Batch batch = feed.next();
                for (int i = 0; i < batch.count(); i++) {
                    assertThat(batch.labels()[i]).isEqualTo(batch.pictures()[i] % 4);
                    pictures.add(batch.pictures()[i]);
                    float first = batch.pixels().getAtIndex(ValueLayout.JAVA_FLOAT, i * 8L * 8 * 3);
                    Picture square = TestPictures.pattern(12, 12, 3, batch.pictures()[i]);
                    assertThat(first).isEqualTo((TestPictures.sample(square, 2, 2, 0) - 10) * 0.5f);
                }
            }
            assertThat(pictures).isEqualTo(IntStream.range(0, PICTURES).boxed().toList());
            assertThat(feed.use().waitNanos()).isPositive();
            assertThatThrownBy(feed::next).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void aBatchStaysUntilTheNextIsAskedForAndItsMemoryIsUsedAgain() throws Exception {
        try (Feed feed = feed(set(), training(0, 0), 2, 2)) {
            Batch first = feed.next();
            Seen seen = Seen.of(first);
            Thread.sleep(20); // the workers have filled all other buffers by now
            assertThat(Seen.of(first)).isEqualTo(seen);
            List<Long> addresses = new ArrayList<>(List.of(first.pixels().address()));
            for (int i = 0; i < 20; i++) {
                MemorySegment pixels = feed.next().pixels();
                assertThat(pixels.isNative()).isTrue();
                addresses.add(pixels.address());
            }
            assertThat(addresses.stream().distinct()).hasSize(3); // depth and one
        }
    }

    @Test
    void aBatchThatWasWaitedForIsStillTheNext() throws Exception {
        try (Feed feed = feed(set(), new EvaluationPlan(PICTURES, BATCH, List.of(View.center(12, 8))), 2, 2)) {
            feed.ready();
            assertThat(feed.next().number()).isZero();
            feed.ready();
            assertThat(feed.next().number()).isOne();
        }
    }

    @Test
    void aWorkersErrorComesOutAsItself() throws Exception {
        OutOfMemoryError failure = new OutOfMemoryError("on purpose");
        PictureSet failing = set(i -> {
            if (i == 12) {
                throw failure;
            }
            return TestPictures.pattern(12, 12, 3, i);
        });
        try (Feed feed = feed(failing, new EvaluationPlan(PICTURES, BATCH, List.of(View.center(12, 8))), 2, 2)) {
            feed.next();
            feed.next();
            assertThatThrownBy(feed::next).isSameAs(failure);
        }
        assertThat(threads()).isEmpty();
    }

    @Test
    void aPictureThatCannotBeReadAnyMoreIsNamed() throws Exception {
        PictureSet failing = set(i -> {
            throw new UnreadablePictureException("the file has gone");
        });
        try (Feed feed = feed(failing, new EvaluationPlan(PICTURES, BATCH, List.of(View.center(12, 8))), 1, 1)) {
            assertThatThrownBy(feed::ready)
                    .isInstanceOf(DatasetException.class)
                    .hasMessageContaining("picture-0");
            assertThatThrownBy(feed::next)
                    .isInstanceOf(DatasetException.class)
                    .hasMessageContaining("picture-0")
                    .hasMessageContaining("the file has gone");
        }
    }

    @Test
    void closingInMidEpochEndsEveryThread() throws Exception {
        for (int i = 0; i < 5; i++) {
            Feed feed = feed(set(), training(0, 0), 4, 3);
            Batch batch = feed.next();
            assertThat(threads()).isNotEmpty();
            feed.close();
            feed.close();
            assertThat(threads()).isEmpty();
            assertThat(batch.pixels().scope().isAlive()).isFalse();
            assertThatThrownBy(feed::next).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        }
    }

    @Test
    void closingFromAnotherThreadWakesTheConsumer() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        PictureSet stuck = set(i -> {
            started.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return TestPictures.pattern(12, 12, 3, i);
        });
        Feed feed = feed(stuck, training(0, 0), 1, 2);
        Thread closer = Thread.ofPlatform().start(() -> {
            try {
                started.await();
                feed.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThatThrownBy(feed::next).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        closer.join();
        assertThat(threads()).isEmpty();
    }

    @Test
    void anInterruptedConsumerLosesNoBatch() throws Exception {
        List<Seen> expected = take(3, training(0, 0), 2, 2);
        CountDownLatch gate = new CountDownLatch(1);
        PictureSet gated = set(i -> {
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return TestPictures.pattern(12, 12, 3, i);
        });
        try (Feed feed = feed(gated, training(0, 0), 2, 2)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(feed::next).isInstanceOf(InterruptedException.class);
            gate.countDown();
            for (Seen batch : expected) {
                assertThat(Seen.of(feed.next())).isEqualTo(batch);
            }
        }
    }

    private static List<Seen> take(int count, Iterator<BatchPlan> plans, int workers, int depth) throws Exception {
        List<Seen> seen = new ArrayList<>();
        try (Feed feed = feed(set(), plans, workers, depth)) {
            for (int i = 0; i < count; i++) {
                seen.add(Seen.of(feed.next()));
            }
        }
        return seen;
    }

    private static Feed feed(PictureSet set, Iterator<BatchPlan> plans, int workers, int depth) {
        return new Feed(set, PREPROCESSING, plans, BATCH, workers, depth);
    }

    private static TrainingPlan training(int epoch, int number) {
        return new TrainingPlan(
                new TrainingPlan.Pictures(PICTURES, 12, 8, EpochOrder.WHOLE),
                BATCH,
                new Augmentation(true, true, Optional.empty()),
                9,
                Rank.SOLO,
                epoch,
                number);
    }

    private static PictureSet set() {
        return set(i -> TestPictures.pattern(12, 12, 3, i));
    }

    private static PictureSet set(ListSet.Pictures pictures) {
        List<Integer> labels = IntStream.range(0, PICTURES).mapToObj(i -> i % 4).toList();
        return new ListSet(List.of("a", "b", "c", "d"), labels, pictures);
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("feed-"))
                .toList();
    }
}
