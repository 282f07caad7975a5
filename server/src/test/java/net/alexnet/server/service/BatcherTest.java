package net.alexnet.server.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import net.alexnet.data.image.Image;
import net.alexnet.inference.Views;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.HttpSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatcherTest {
    private static final BatchKey ONE = new BatchKey(Views.CENTER, Optional.empty());
    private static final BatchKey TEN = new BatchKey(Views.TEN, Optional.empty());
    private static final long FAR = System.nanoTime() + Duration.ofHours(1).toNanos();

    private final List<List<Integer>> batches = new CopyOnWriteArrayList<>();
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private final Batcher batcher = batcher(8, 20);

    private Batcher batcher(int maxBatch, int queue) {
        return new Batcher("test", ServiceFixture.settings(List.of(new ModelSpec("m", Path.of("m"))),
                HttpSettings.defaults(), maxBatch, queue, Duration.ofSeconds(2)), this::compute, (_, _) -> {});
    }

    private volatile int millis; // that a batch takes

    /// The result of a picture is its only sample; the first batch waits.
    private List<float[]> compute(BatchKey key, List<Image> images) {
        started.countDown();
        try {
            go.await();
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        batches.add(images.stream().map(image -> (int) image.samples()[0]).toList());
        if (images.getFirst().samples()[0] == 66) {
            throw new IllegalStateException("broken");
        }
        return images.stream().map(image -> new float[] {image.samples()[0]}).toList();
    }

    private static List<Image> images(int... samples) {
        List<Image> images = new ArrayList<>();
        for (int sample : samples) {
            images.add(new Image(1, 1, 1, new byte[] {(byte) sample}));
        }
        return images;
    }

    @AfterEach
    void close() {
        go.countDown();
        batcher.close();
    }

    /// Keeps the network busy until [#go].
    private Batcher.Job first() throws Exception {
        Batcher.Job job = batcher.submit(ONE, images(1), FAR);
        assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
        return job;
    }

    @Test
    void whatWaitsGoesTogetherAndInTurns() throws Exception {
        Batcher.Job busy = first();
        Batcher.Job many = batcher.submit(ONE, images(10, 11, 12, 13, 14, 15, 16, 17, 18, 19), FAR);
        Batcher.Job few = batcher.submit(ONE, images(20, 21), FAR);
        go.countDown();
        assertThat(few.await()).extracting(row -> row[0]).containsExactly(20f, 21f);
        assertThat(many.await()).hasSize(10).extracting(row -> row[0]).startsWith(10f, 11f);
        assertThat(busy.await()).hasSize(1);
        assertThat(batches).containsExactly(List.of(1), List.of(10, 20, 11, 21, 12, 13, 14, 15),
                List.of(16, 17, 18, 19));
    }

    /// Three requests came together, and the last of them is not read yet.
    @Test
    void theNetworkWaitsForPicturesThatAreBeingDecoded() throws Exception {
        Batcher.Job slow = first();
        TimeUnit.MILLISECONDS.sleep(1000); // so that a second or so is what a picture is expected to take
        try (Batcher.Place second = batcher.reserve(1, 1, Duration.ofMinutes(1));
                Batcher.Place third = batcher.reserve(1, 1, Duration.ofMinutes(1));
                Batcher.Place broken = batcher.reserve(1, 1, Duration.ofMinutes(1))) {
            Batcher.Job early = batcher.submit(ONE, images(2), FAR);
            second.decoded();
            go.countDown();
            slow.await();
            TimeUnit.MILLISECONDS.sleep(20);
            Batcher.Job late = batcher.submit(ONE, images(3), FAR);
            third.decoded();
            broken.decoded();
            early.await();
            late.await();
        }
        assertThat(batches).containsExactly(List.of(1), List.of(2, 3));
    }

    @Test
    void theEndOfTheBatchThatIsComputedIsAwaited() throws Exception {
        batcher.awaitEndOfBatch(FAR); // nothing is computed
        Batcher.Job busy = first();
        CompletableFuture<Integer> waits = CompletableFuture.supplyAsync(() -> {
            try {
                batcher.awaitEndOfBatch(FAR);
                return batches.size();
            } catch (HttpFailure | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        Batcher.Job next = batcher.submit(ONE, images(1, 2, 3, 4, 5, 6, 7, 8), FAR);
        TimeUnit.MILLISECONDS.sleep(50);
        assertThat(waits).isNotDone();
        go.countDown();
        assertThat(waits.get(10, TimeUnit.SECONDS)).isPositive();
        busy.await();
        next.await();
    }

    @Test
    void theEndOfABatchIsAwaitedNoLongerThanTheDeadline() throws Exception {
        first();
        assertThatThrownBy(() -> batcher.awaitEndOfBatch(System.nanoTime() + 20_000_000))
                .isInstanceOfSatisfying(HttpFailure.class, failure -> assertThat(failure.status()).isEqualTo(504));
    }

    /// Nothing is known yet of how long a batch takes.
    @Test
    void theFirstRequestIsComputedBeforeItsDeadline() throws Exception {
        go.countDown();
        try (Batcher fresh = patient(Duration.ofSeconds(30))) {
            assertThat(fresh.submit(ONE, images(2), System.nanoTime() + Duration.ofSeconds(4).toNanos()).await())
                    .hasSize(1);
        }
    }

    /// Its pictures are there together or not at all, and are decoded for long.
    @Test
    void theNetworkDoesNotWaitForARequestOfMany() throws Exception {
        Batcher.Job slow = first();
        TimeUnit.MILLISECONDS.sleep(1000);
        try (Batcher.Place many = batcher.reserve(5, 5, Duration.ofMinutes(1))) {
            Batcher.Job early = batcher.submit(ONE, images(2), FAR);
            go.countDown();
            slow.await();
            early.await();
            batcher.submit(ONE, images(3, 4, 5, 6, 7), FAR).await();
            many.decoded();
        }
        assertThat(batches).containsExactly(List.of(1), List.of(2), List.of(3, 4, 5, 6, 7));
    }

    /// One picture takes very long to decode.
    @Test
    void theNetworkDoesNotWaitForEver() throws Exception {
        go.countDown();
        first().await();
        try (Batcher.Place _ = batcher.reserve(1, 1, Duration.ofMinutes(1))) {
            assertThat(batcher.submit(ONE, images(2), FAR).await()).extracting(row -> row[0]).containsExactly(2f);
        }
    }

    @Test
    void onlyOneKindSharesABatchAndTenViewsCountAsTen() throws Exception {
        first();
        Batcher.Job ten = batcher.submit(TEN, images(2, 3), FAR);
        Batcher.Job one = batcher.submit(ONE, images(4), FAR);
        go.countDown();
        ten.await();
        one.await();
        assertThat(batches).containsExactly(List.of(1), List.of(2), List.of(4), List.of(3));
    }

    @Test
    void theQueueIsBoundedInPictures() throws Exception {
        try (Batcher.Place _ = batcher.reserve(15, 15, Duration.ofSeconds(1))) {
            assertThatThrownBy(() -> batcher.reserve(6, 6, Duration.ofSeconds(1)))
                    .isInstanceOfSatisfying(HttpFailure.class, failure -> {
                        assertThat(failure.status()).isEqualTo(503);
                        assertThat(failure.reply().headers()).containsKey("Retry-After");
                    });
            batcher.reserve(5, 5, Duration.ofSeconds(1)).close();
        }
        batcher.reserve(20, 20, Duration.ofSeconds(1)).close();
        assertThat(batcher.pictures()).isZero();
    }

    @Test
    void theQueueIsBoundedInTime() throws Exception {
        go.countDown();
        millis = 50;
        for (int i = 0; i < 8; i++) {
            try (Batcher.Place _ = batcher.reserve(1, 20, Duration.ofMinutes(1))) {
                batcher.reserve(1, 1, Duration.ofMillis(500)).close(); // too little is known yet to refuse it
                batcher.submit(ONE, images(i), FAR).await();
            }
        }
        try (Batcher.Place _ = batcher.reserve(1, 20, Duration.ofMinutes(1))) {
            assertThatThrownBy(() -> batcher.reserve(1, 1, Duration.ofMillis(500)))
                    .isInstanceOfSatisfying(HttpFailure.class, failure -> assertThat(failure.status()).isEqualTo(503));
            batcher.reserve(1, 1, Duration.ofMinutes(1)).close();
        }
    }

    /// One batch that is slow, as when the JVM compiles, does not refuse those after it.
    @Test
    void aSlowBatchAmongFastOnesDoesNotRefuseRequests() throws Exception {
        go.countDown();
        for (int i = 0; i < 20; i++) {
            millis = i == 10 ? 200 : 1;
            try (Batcher.Place _ = batcher.reserve(1, 2, Duration.ofMinutes(1))) {
                batcher.reserve(1, 1, Duration.ofMillis(100)).close();
                batcher.submit(ONE, images(i), FAR).await();
            }
        }
        assertThat(batches).hasSize(20);
    }

    @Test
    void aDeadlineEndsTheWaitAndFreesThePlace() throws Exception {
        first();
        Batcher.Job late = batcher.submit(ONE, images(5), System.nanoTime() + 20_000_000);
        assertThatThrownBy(late::await)
                .isInstanceOfSatisfying(HttpFailure.class, failure -> assertThat(failure.status()).isEqualTo(504));
        go.countDown();
        assertThat(batcher.submit(ONE, images(6), FAR).await()).hasSize(1);
        assertThat(batches).doesNotContain(List.of(5));
    }

    /// The network is free, so nothing but the clock can refuse it.
    @Test
    void whatIsTooLateIsNotComputed() throws Exception {
        go.countDown();
        for (int i = 0; i < 20; i++) {
            Batcher.Job late = batcher.submit(ONE, images(5), System.nanoTime());
            TimeUnit.MILLISECONDS.sleep(1); // the network could have taken it
            assertThatThrownBy(late::await).isInstanceOfSatisfying(HttpFailure.class,
                    failure -> assertThat(failure.status()).isEqualTo(504));
        }
        assertThat(batches).isEmpty();
    }

    /// A fresh batcher whose pictures wait for others.
    private Batcher patient(Duration delay) {
        ServiceSettings usual = ServiceFixture.settings(List.of(new ModelSpec("m", Path.of("m"))),
                HttpSettings.defaults(), 2, 20, Duration.ofSeconds(60));
        return new Batcher("patient",
                new ServiceSettings(usual.models(), usual.checkpoint(), usual.http(), 2, delay, 20,
                        usual.deadline(), 1, "auto", 1, usual.precision(), usual.look(), ""),
                this::compute, (_, _) -> {});
    }

    @Test
    void aJobThatIsTakenBackWhileOthersAreAwaitedDoesNotEndTheBatcher() throws Exception {
        go.countDown();
        try (Batcher patient = patient(Duration.ofMillis(200))) {
            patient.submit(ONE, images(5), FAR).cancel();
            Thread.sleep(300); // the delay is over, and nothing was there to take
            assertThat(patient.submit(ONE, images(6, 7), FAR).await()).hasSize(2);
        }
    }

    @Test
    void picturesOfAnotherKindEndNoDelay() throws Exception {
        go.countDown();
        try (Batcher patient = patient(Duration.ofSeconds(30))) {
            Batcher.Job one = patient.submit(ONE, images(5), FAR);
            patient.submit(TEN, images(6), FAR);
            patient.submit(ONE, images(7), FAR);
            assertThat(one.await()).hasSize(1);
        }
        assertThat(batches.getFirst()).containsExactly(5, 7);
    }

    @Test
    void aDeadlineDoesNotEndWhatTheNetworkHasBegun() throws Exception {
        Batcher.Job job = batcher.submit(ONE, images(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), System.nanoTime() + 1_000_000_000);
        assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
        Thread.sleep(1010);
        CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS).execute(go::countDown);
        assertThat(job.await()).hasSize(10);
    }

    @Test
    void aJobThatIsTakenBackIsNotComputed() throws Exception {
        first();
        batcher.submit(ONE, images(5), FAR).cancel();
        Batcher.Job kept = batcher.submit(ONE, images(6), FAR);
        go.countDown();
        kept.await();
        assertThat(batches).containsExactly(List.of(1), List.of(6));
    }

    @Test
    void theRestOfAJobThatFailedIsNotComputed() throws Exception {
        first();
        Batcher.Job broken = batcher.submit(ONE, images(66, 1, 2, 3, 4, 5, 6, 7, 8, 9), FAR);
        go.countDown();
        assertThatThrownBy(broken::await).isInstanceOf(IllegalStateException.class);
        assertThat(batcher.submit(ONE, images(6), FAR).await()).hasSize(1);
        assertThat(batches).hasSize(3).doesNotContain(List.of(8, 9));
    }

    @Test
    void aFailureEndsItsBatchOnly() throws Exception {
        go.countDown();
        assertThatThrownBy(() -> batcher.submit(ONE, images(66), FAR).await())
                .isInstanceOf(IllegalStateException.class);
        assertThat(batcher.submit(ONE, images(7), FAR).await().getFirst()).containsExactly(7f);
    }

    @Test
    void aCloseComputesWhatWaitsAndRefusesTheRest() throws Exception {
        first();
        Batcher.Job waits = batcher.submit(ONE, images(8), FAR);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(batcher::close);
        boolean refused = false;
        for (int i = 0; i < 1000 && !refused; i++) {
            try {
                batcher.reserve(1, 1, Duration.ofSeconds(1)).close();
                Thread.sleep(1);
            } catch (HttpFailure e) {
                refused = e.status() == 503;
            }
        }
        assertThat(refused).isTrue();
        go.countDown();
        closing.get(10, TimeUnit.SECONDS);
        assertThat(waits.await().getFirst()).containsExactly(8f);
    }
}
