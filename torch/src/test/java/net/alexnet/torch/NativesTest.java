package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class NativesTest {
    /// The task ends when whoever is interrupted waits for it all the same, or has given up.
    @Test
    void anInterruptionDoesNotEndTheWaitAndIsKept() throws InterruptedException {
        Thread waiting = Thread.currentThread();
        Object given = new Object();
        boolean[] gaveUp = {false};
        FutureTask<Object> task = new FutureTask<>(() -> {
            synchronized (given) {
                while (!gaveUp[0] && (waiting.isInterrupted() || waiting.getState() != Thread.State.WAITING)) {
                    given.wait(1);
                }
            }
            return given;
        });
        Thread loading = Thread.ofPlatform().daemon().start(task);
        waiting.interrupt();
        Natives.await(task);
        boolean done = task.isDone();
        boolean kept = Thread.interrupted();
        synchronized (given) {
            gaveUp[0] = true;
        }
        loading.join();
        assertThat(done).isTrue();
        assertThat(kept).isTrue();
    }

    @Test
    void aFailureIsLeftToWhoeverNeedsTheLibrary() {
        FutureTask<Object> task = new FutureTask<>(() -> {
            throw new IllegalStateException("no library");
        });
        task.run();
        Natives.await(task);
        assertThat(task.isDone()).isTrue();
    }
}
