package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MemoryBudgetTest {
    private static final long MIB = 1L << 20;

    @Test
    void whoAsksForMoreThanIsLeftWaits() throws InterruptedException {
        MemoryBudget budget = new MemoryBudget(10 * MIB);
        CountDownLatch second = new CountDownLatch(1);
        MemoryBudget.Share first = budget.take(6 * MIB);
        Thread waiting = Thread.ofVirtual().start(() -> {
            try (MemoryBudget.Share _ = budget.take(6 * MIB)) {
                second.countDown();
            }
        });
        assertThat(second.await(50, TimeUnit.MILLISECONDS)).isFalse();
        first.close();
        assertThat(second.await(20, TimeUnit.SECONDS)).isTrue();
        waiting.join();
    }

    @Test
    void whoAsksForAllOfItIsAlone() {
        MemoryBudget budget = new MemoryBudget(MIB);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                threads.execute(() -> {
                    try (MemoryBudget.Share _ = budget.take(MIB)) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        LockSupport.parkNanos(100_000); // long enough for another one to show
                        inside.decrementAndGet();
                    }
                });
            }
        }
        try (MemoryBudget.Share _ = budget.take(MIB)) { // everything was given back
            assertThat(most).hasValue(1);
        }
    }

    @Test
    void noOneGetsMoreThanThereIs() {
        MemoryBudget budget = new MemoryBudget(MIB);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> budget.take(MIB + 1))
                .withMessageContaining("1,048,577");
    }
}
