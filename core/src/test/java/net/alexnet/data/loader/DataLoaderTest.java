package net.alexnet.data.loader;

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
import net.alexnet.data.DatasetException;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.ListSet;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.TestImages;
import net.alexnet.data.image.UnreadableImageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DataLoaderTest {
    private static final Preprocessing PREPROCESSING = new Preprocessing(3, 12, 8, List.of(10.0, 20.0, 30.0), 0.5);
    private static final int PICTURES = 23;
    private static final int BATCH = 5;

    /// A batch's contents, copied out of the feed's memory.
    private record Seen(int epoch, int number, List<Integer> labels, List<Integer> images, int hash) {
        static Seen of(ImageBatch batch) {
            float[] values = batch.pixels().toArray(ValueLayout.JAVA_FLOAT);
            assertThat(values).hasSize(batch.count() * 8 * 8 * 3);
            return new Seen(
                    batch.epoch(),
                    batch.number(),
                    Arrays.stream(batch.labels()).boxed().toList(),
                    Arrays.stream(batch.images()).boxed().toList(),
                    Arrays.hashCode(values));
        }
    }

    @Test
    void theStreamIsTheSameForAnyNumberOfWorkersAndAnyDepth() throws Exception {
        List<Seen> one = take(12, training(0, 0), 1, 1);
        assertThat(take(12, training(0, 0), 4, 1)).isEqualTo(one);
        assertThat(take(12, training(0, 0), 3, 7)).isEqualTo(one);
        assertThat(one.get(4).images()).hasSize(3);
        assertThat(one.get(7).epoch()).isEqualTo(1);
        assertThat(one.get(7).hash()).isNotEqualTo(one.get(2).hash());
    }

    @Test
    void aViewOfAnotherSizeIsResizedToTheInput() throws Exception {
        TestImages.Codec codec = new TestImages.Codec();
        Crop small = new Crop(3, 2, 5, true);
        Iterator<BatchIndices> plan = List.of(new BatchIndices(0, 0,
                List.of(new BatchIndices.Input(1, small), new BatchIndices.Input(2, Crop.center(12, 8))))).iterator();
        try (DataLoader feed = new DataLoader(set(), PREPROCESSING, plan, BATCH, 1, 1, codec)) {
            MemorySegment pixels = feed.next().pixels();
            Image resized = codec.resize(TestImages.pattern(12, 12, 3, 1).crop(3, 2, 5, 5), 8, 8);
            for (int y = 0; y < 8; y++) {
                for (int x = 0; x < 8; x++) {
                    int sample = resized.samples()[(y * 8 + 7 - x) * 3] & 255;
                    assertThat(pixels.getAtIndex(ValueLayout.JAVA_FLOAT, (y * 8L + x) * 3))
                            .isEqualTo((sample - 10) * 0.5f);
                }
            }
            int corner = TestImages.pattern(12, 12, 3, 2).samples()[(2 * 12 + 2) * 3] & 255;
            assertThat(pixels.getAtIndex(ValueLayout.JAVA_FLOAT, 8L * 8 * 3)).isEqualTo((corner - 10) * 0.5f);
        }
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
        List<Integer> images = new ArrayList<>();
        try (DataLoader feed = feed(set(), new SequentialSampler(PICTURES, BATCH, List.of(Crop.center(12, 8))), 2, 3)) {
            while (feed.hasNext()) {
                ImageBatch batch = feed.next();
                for (int i = 0; i < batch.count(); i++) {
                    assertThat(batch.labels()[i]).isEqualTo(batch.images()[i] % 4);
                    images.add(batch.images()[i]);
                    float first = batch.pixels().getAtIndex(ValueLayout.JAVA_FLOAT, i * 8L * 8 * 3);
                    Image resized = TestImages.pattern(12, 12, 3, batch.images()[i]);
                    assertThat(first).isEqualTo((TestImages.sample(resized, 2, 2, 0) - 10) * 0.5f);
                }
            }
            assertThat(images).isEqualTo(IntStream.range(0, PICTURES).boxed().toList());
            assertThat(feed.waitNanos()).isPositive();
            assertThatThrownBy(feed::next).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void aBatchIsValidUntilTheNextAndItsMemoryIsReused() throws Exception {
        try (DataLoader feed = feed(set(), training(0, 0), 2, 2)) {
            ImageBatch first = feed.next();
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
        try (DataLoader feed = feed(set(), new SequentialSampler(PICTURES, BATCH, List.of(Crop.center(12, 8))), 2, 2)) {
            feed.ready();
            assertThat(feed.next().number()).isZero();
            feed.ready();
            assertThat(feed.next().number()).isOne();
        }
    }

    @Test
    void aWorkersErrorComesOutAsItself() throws Exception {
        OutOfMemoryError failure = new OutOfMemoryError("on purpose");
        ImageDataset failing = set(i -> {
            if (i == 12) {
                throw failure;
            }
            return TestImages.pattern(12, 12, 3, i);
        });
        try (DataLoader feed = feed(failing, new SequentialSampler(PICTURES, BATCH, List.of(Crop.center(12, 8))), 2,
                2)) {
            feed.next();
            feed.next();
            assertThatThrownBy(feed::next).isSameAs(failure);
        }
        assertThat(threads()).isEmpty();
    }

    @Test
    void anImageThatCannotBeReadAnyMoreIsNamed() throws Exception {
        ImageDataset failing = set(i -> {
            throw new UnreadableImageException("the file has gone");
        });
        try (DataLoader feed = feed(failing, new SequentialSampler(PICTURES, BATCH, List.of(Crop.center(12, 8))), 1,
                1)) {
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
            DataLoader feed = feed(set(), training(0, 0), 4, 3);
            ImageBatch batch = feed.next();
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
        ImageDataset stuck = set(i -> {
            started.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return TestImages.pattern(12, 12, 3, i);
        });
        DataLoader feed = feed(stuck, training(0, 0), 1, 2);
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
        ImageDataset gated = set(i -> {
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return TestImages.pattern(12, 12, 3, i);
        });
        try (DataLoader feed = feed(gated, training(0, 0), 2, 2)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(feed::next).isInstanceOf(InterruptedException.class);
            gate.countDown();
            for (Seen batch : expected) {
                assertThat(Seen.of(feed.next())).isEqualTo(batch);
            }
        }
    }

    private static List<Seen> take(int count, Iterator<BatchIndices> plans, int workers, int depth) throws Exception {
        List<Seen> seen = new ArrayList<>();
        try (DataLoader feed = feed(set(), plans, workers, depth)) {
            for (int i = 0; i < count; i++) {
                seen.add(Seen.of(feed.next()));
            }
        }
        return seen;
    }

    private static DataLoader feed(ImageDataset set, Iterator<BatchIndices> plans, int workers, int depth) {
        return new DataLoader(set, PREPROCESSING, plans, BATCH, workers, depth);
    }

    private static TrainingSampler training(int epoch, int number) {
        return new TrainingSampler(
                new TrainingSampler.Pictures(PICTURES, 12, 8, EpochShuffle.WHOLE),
                BATCH,
                new Augmentation(true, 1, true, Optional.empty()),
                9,
                Rank.SOLO,
                epoch,
                number);
    }

    private static ImageDataset set() {
        return set(i -> TestImages.pattern(12, 12, 3, i));
    }

    private static ImageDataset set(ListSet.Images images) {
        List<Integer> labels = IntStream.range(0, PICTURES).mapToObj(i -> i % 4).toList();
        return ListSet.of(List.of("a", "b", "c", "d"), labels, images);
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("feed-"))
                .toList();
    }
}
