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
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.data.image.ResizeAndCenterCrop;
import net.alexnet.data.image.TestImages;
import net.alexnet.data.image.UnreadableImageException;
import org.junit.jupiter.api.Test;

class ResizedImagesTest {
    private static final ImageCodec CODEC = new TestImages.Codec();
    private static final int COUNT = 40;

    /// Every seventh picture is broken; the label of each is its index modulo 3.
    private static ImageDataset source() {
        List<Integer> labels = IntStream.range(0, COUNT).mapToObj(i -> i % 3).toList();
        return ListSet.of(List.of("a", "b", "c", "empty"), labels, ResizedImagesTest::image);
    }

    private static Image image(int index) throws UnreadableImageException {
        if (index % 7 == 0) {
            throw new UnreadableImageException("broken on purpose");
        }
        return TestImages.pattern(8 + index % 5, 9, 3, index);
    }

    @Test
    void rejectsShiftNoLabel() throws Exception {
        ResizedImages images = read(2, Long.MAX_VALUE);
        ImageDataset prepared = images.readable();
        assertThat(images.rejected().stream().map(RejectedImage::name))
                .containsExactly("picture-0", "picture-7", "picture-14", "picture-21", "picture-28", "picture-35");
        assertThat(images.rejected().getFirst().reason()).isEqualTo("broken on purpose");
        assertThat(prepared.size()).isEqualTo(COUNT - 6);
        assertThat(prepared.classes()).containsExactly("a", "b", "c", "empty");
        for (int i = 0; i < prepared.size(); i++) {
            int original = Integer.parseInt(prepared.name(i).substring("picture-".length()));
            assertThat(prepared.label(i)).isEqualTo(original % 3);
            Image expected = ResizeAndCenterCrop.middle(image(original), 6, CODEC);
            assertThat(prepared.source(i).image(new byte[0]).samples()).isEqualTo(expected.samples());
        }
    }

    @Test
    void resultsDoNotDependOnWorkersOrBudget() throws Exception {
        ResizedImages held = new ResizedImages(source(), CODEC, 6, 3, Long.MAX_VALUE);
        PixelStatistics statistics = held.read(1, (_, _) -> {}, () -> false).orElseThrow();
        ResizedImages again = new ResizedImages(source(), CODEC, 6, 3, 0);
        assertThat(again.read(5, (_, _) -> {}, () -> false).orElseThrow()).usingRecursiveComparison()
                .isEqualTo(statistics);
        assertThat(statistics.images()).isEqualTo(COUNT - 6);
        assertThat(again.rejected()).isEqualTo(held.rejected());
        ImageDataset one = held.readable();
        ImageDataset many = again.readable();
        for (int i = 0; i < one.size(); i++) {
            assertThat(many.name(i)).isEqualTo(one.name(i));
            Image image = one.source(i).image(new byte[0]);
            assertThat(many.source(i).image(new byte[0]).samples()).isEqualTo(image.samples());
            assertThat(one.source(i).image(new byte[0])).as("stays in memory").isSameAs(image);
        }
    }

    @Test
    void anUnreadableImageIsReplacedByABlackOne() throws Exception {
        ResizedImages images = new ResizedImages(source(), CODEC, 6, 3, 0);
        ImageDataset all = images.imagesOrBlack();
        assertThat(all.size()).isEqualTo(COUNT);
        assertThat(all.source(7).image(new byte[0]).samples()).containsOnly(0).hasSize(108);
        assertThat(all.source(8).image(new byte[0]).samples())
                .isEqualTo(ResizeAndCenterCrop.middle(image(8), 6, CODEC).samples());
        assertThat(images.reason(7)).isEqualTo("broken on purpose");
        assertThat(images.contentId(7)).isEqualTo(ResizedImages.UNREADABLE);
        assertThat(images.reason(8)).isNull();
        assertThat(images.contentId(8)).isEqualTo(ResizedImages.contentId(image(8).samples()));
        assertThat(images.rejected()).containsExactly(new RejectedImage("picture-7", "broken on purpose"));
    }

    @Test
    void progressGrowsToTheNumberOfImages() throws Exception {
        List<Integer> seen = new ArrayList<>();
        new ResizedImages(source(), CODEC, 6, 3, 0).read(4, (done, total) -> {
            assertThat(total).isEqualTo(COUNT);
            seen.add(done);
        }, () -> false);
        assertThat(seen).isSorted().startsWith(0).endsWith(COUNT);
    }

    @Test
    void aStoppedReadHasNoStatistics() throws Exception {
        assertThat(new ResizedImages(source(), CODEC, 6, 3, 0).read(4, (_, _) -> {}, () -> true)).isEmpty();
    }

    @Test
    void nothingReadableIsAnErrorThatNamesTheFirst() {
        ImageDataset text = ListSet.of(List.of("a", "b"), List.of(0, 1), i -> {
            throw new UnreadableImageException("not a picture");
        });
        ResizedImages images = new ResizedImages(text, CODEC, 6, 3, 0);
        assertThat(images.canRead(1)).isFalse();
        assertThatThrownBy(() -> {
            images.read(2, (_, _) -> {}, () -> false);
            images.readable();
        })
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("none of the 2 files")
                .hasMessageContaining("picture-0: not a picture");
    }

    @Test
    void aWorkersErrorComesOutAsItselfAndStopsTheOthers() {
        AtomicInteger asked = new AtomicInteger();
        IllegalStateException failure = new IllegalStateException("boom");
        List<Integer> labels = IntStream.range(0, 10_000).mapToObj(i -> 0).toList();
        ImageDataset failing = ListSet.of(List.of("a"), labels, i -> {
            asked.incrementAndGet();
            throw failure;
        });
        assertThatThrownBy(() -> new ResizedImages(failing, CODEC, 6, 3, 0).read(3, (_, _) -> {}, () -> false))
                .isSameAs(failure);
        assertThat(asked.get()).isLessThan(10);
    }

    @Test
    void interruptingTheCallerEndsThePass() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        ImageDataset stuck = ListSet.of(List.of("a"), List.of(0, 0, 0), i -> {
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
                new ResizedImages(stuck, CODEC, 6, 3, 0).read(2, (_, _) -> {}, () -> false);
            } catch (InterruptedException e) {
                thrown.add(e);
            }
        });
        started.await();
        caller.interrupt();
        caller.join(10_000);
        assertThat(caller.isAlive()).isFalse();
        assertThat(thrown).singleElement().isInstanceOf(InterruptedException.class);
    }

    private static ResizedImages read(int workers, long budget) throws Exception {
        ResizedImages images = new ResizedImages(source(), CODEC, 6, 3, budget);
        images.read(workers, (_, _) -> {}, () -> false);
        return images;
    }
}
