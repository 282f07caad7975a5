package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OrderedWorkTest {
    @Test
    void resultsComeInOrderEvenIfTheFirstIsTheSlowest() throws Exception {
        CountDownLatch othersDone = new CountDownLatch(3);
        List<Integer> results = new ArrayList<>();
        try (OrderedWork<Integer> work = new OrderedWork<>(5, 12, 2, 4, number -> {
            if (number == 5) {
                await(othersDone);
            } else {
                othersDone.countDown();
            }
            return number * number;
        })) {
            while (work.hasNext()) {
                results.add(work.next());
            }
        }
        assertThat(results).isEqualTo(IntStream.range(5, 12).map(i -> i * i).boxed().toList());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void noMoreThanTheWindowIsInFlight() throws Exception {
        AtomicInteger begun = new AtomicInteger();
        try (OrderedWork<Integer> work = new OrderedWork<>(0, 1000, 3, 7, _ -> begun.incrementAndGet())) {
            for (int taken = 1; taken <= 100; taken++) {
                work.next();
                assertThat(begun.get()).isLessThanOrEqualTo(taken - 1 + 7);
            }
        }
        assertThat(begun.get()).isLessThanOrEqualTo(107);
    }

    @Test
    void aFailureIsRethrownInItsPlace() throws Exception {
        IOException failure = new IOException("boom");
        try (OrderedWork<Integer> work = new OrderedWork<>(0, 10, 2, 4, number -> {
            if (number == 2) {
                throw failure;
            }
            return number;
        })) {
            assertThat(work.next()).isZero();
            assertThat(work.next()).isEqualTo(1);
            assertThatThrownBy(work::next).isSameAs(failure);
        }
    }
}
