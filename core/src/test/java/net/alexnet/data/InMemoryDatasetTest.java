package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.ResizeAndCenterCrop;
import net.alexnet.data.image.TestImages;
import net.alexnet.data.image.UnreadableImageException;
import org.junit.jupiter.api.Test;

class InMemoryDatasetTest {
    private static final ImageCodec CODEC = new TestImages.Codec();
    private static final int COUNT = 40;

    /// Every seventh picture is broken; the label of each is its index modulo 3.
    private static ImageDataset source() {
        List<Integer> labels = IntStream.range(0, COUNT).mapToObj(i -> i % 3).toList();
        return new ListSet(List.of("a", "b", "c", "empty"), labels, InMemoryDatasetTest::image);
    }

    private static Image image(int index) throws UnreadableImageException {
        if (index % 7 == 0) {
            throw new UnreadableImageException("broken on purpose");
        }
        return TestImages.pattern(8 + index % 5, 9, 3, index);
    }

    @Test
    void rejectsShiftNoLabel() throws Exception {
        InMemoryDataset prepared = prepare(2, Long.MAX_VALUE);
        assertThat(prepared.rejected().stream().map(RejectedImage::name))
                .containsExactly("picture-0", "picture-7", "picture-14", "picture-21", "picture-28", "picture-35");
        assertThat(prepared.rejected().getFirst().reason()).isEqualTo("broken on purpose");
        assertThat(prepared.size()).isEqualTo(COUNT - 6);
        assertThat(prepared.classes()).containsExactly("a", "b", "c", "empty");
        for (int i = 0; i < prepared.size(); i++) {
            int original = Integer.parseInt(prepared.name(i).substring("picture-".length()));
            assertThat(prepared.label(i)).isEqualTo(original % 3);
            Image expected = ResizeAndCenterCrop.middle(image(original), 6, CODEC);
            assertThat(prepared.image(i).samples()).isEqualTo(expected.samples());
        }
    }

    @Test
    void isTheSameForAnyNumberOfWorkersAndAnyBudget() throws Exception {
        InMemoryDataset one = prepare(1, Long.MAX_VALUE);
        InMemoryDataset many = prepare(5, 0);
        assertThat(one.heldInMemory()).isTrue();
        assertThat(many.heldInMemory()).isFalse();
        assertThat(many.statistics()).usingRecursiveComparison().isEqualTo(one.statistics());
        assertThat(many.rejected()).isEqualTo(one.rejected());
        assertThat(one.statistics().images()).isEqualTo(COUNT - 6);
        for (int i = 0; i < one.size(); i++) {
            assertThat(many.name(i)).isEqualTo(one.name(i));
            assertThat(many.image(i).samples()).isEqualTo(one.image(i).samples());
        }
    }

    @Test
    void reportsEveryPictureOnce() throws Exception {
        List<Integer> seen = new ArrayList<>();
        InMemoryDataset.prepare(source(), CODEC, 6, 3, 4, 0, (done, total) -> {
            assertThat(total).isEqualTo(COUNT);
            seen.add(done);
        });
        assertThat(seen).isEqualTo(IntStream.rangeClosed(1, COUNT).boxed().toList());
    }

    @Test
    void nothingReadableIsAnErrorThatNamesTheFirst() {
        ImageDataset text = new ListSet(List.of("a", "b"), List.of(0, 1), i -> {
            throw new UnreadableImageException("not a picture");
        });
        assertThatThrownBy(() -> InMemoryDataset.prepare(text, CODEC, 6, 3, 2, 0, (done, total) -> {}))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("none of the 2 files")
                .hasMessageContaining("picture-0: not a picture");
    }

    @Test
    void aWorkersErrorComesOutAsItselfAndStopsTheOthers() {
        AtomicInteger asked = new AtomicInteger();
        IllegalStateException failure = new IllegalStateException("boom");
        List<Integer> labels = IntStream.range(0, 10_000).mapToObj(i -> 0).toList();
        ImageDataset failing = new ListSet(List.of("a"), labels, i -> {
            asked.incrementAndGet();
            throw failure;
        });
        assertThatThrownBy(() -> InMemoryDataset.prepare(failing, CODEC, 6, 3, 3, 0, (done, total) -> {}))
                .isSameAs(failure);
        assertThat(asked.get()).isLessThan(10);
    }

    @Test
    void interruptingTheCallerEndsThePass() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        ImageDataset stuck = new ListSet(List.of("a"), List.of(0, 0, 0), i -> {
            started.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new UnreadableImageException("interrupted");
        });
        List<Throwable> thrown = new ArrayList<>();
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                InMemoryDataset.prepare(stuck, CODEC, 6, 3, 2, 0, (done, total) -> {});
            } catch (DatasetException | InterruptedException e) {
                thrown.add(e);
            }
        });
        started.await();
        caller.interrupt();
        caller.join(10_000);
        assertThat(caller.isAlive()).isFalse();
        assertThat(thrown).singleElement().isInstanceOf(InterruptedException.class);
    }

    private static InMemoryDataset prepare(int workers, long budget) throws Exception {
        return InMemoryDataset.prepare(source(), CODEC, 6, 3, workers, budget, (done, total) -> {});
    }
}
