package net.alexnet.torch.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class WorkersTest {
    private final Workers workers = new Workers(3);

    @Test
    void everyPieceIsDoneOnce() {
        AtomicIntegerArray done = new AtomicIntegerArray(1000);
        workers.forEach(1000, (worker, piece) -> {
            assertThat(worker).isBetween(0, 2);
            done.incrementAndGet(piece);
        });
        for (int piece = 0; piece < 1000; piece++) {
            assertThat(done.get(piece)).isEqualTo(1);
        }
        workers.forEach(0, (_, piece) -> done.incrementAndGet(piece));
    }

    @Test
    void everyShareIsDoneOnce() {
        AtomicIntegerArray done = new AtomicIntegerArray(3);
        workers.perWorker(3, done::incrementAndGet);
        assertThat(done.toString()).isEqualTo("[1, 1, 1]");
    }

    @Test
    void aFailureInAnyThreadIsThrown() {
        for (int which = 0; which < 3; which++) {
            int failing = which;
            assertThatThrownBy(() -> workers.perWorker(3, worker -> {
                if (worker == failing) {
                    throw new IllegalStateException("worker " + worker);
                }
            })).isInstanceOf(IllegalStateException.class).hasMessage("worker " + failing);
            assertThatThrownBy(() -> workers.perWorker(3, worker -> {
                if (worker == failing) {
                    throw new OutOfMemoryError("worker " + worker);
                }
            })).isInstanceOf(OutOfMemoryError.class).hasMessage("worker " + failing);
        }
    }

    @Test
    void anInterruptionIsKeptAndTheWorkFinished() {
        AtomicIntegerArray done = new AtomicIntegerArray(3);
        Thread.currentThread().interrupt();
        workers.perWorker(3, done::incrementAndGet);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(done.toString()).isEqualTo("[1, 1, 1]");
    }

    @Test
    void noThreadsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Workers(0)).withMessageContaining("found 0");
    }
}
