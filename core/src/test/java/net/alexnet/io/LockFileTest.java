package net.alexnet.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockFileTest {
    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("lock");
    }

    @Test
    void onlyOneHoldsTheLockUnderAnyNameOfItsFolder() throws Exception {
        Path other = Files.createSymbolicLink(folder.resolve("other"), folder).resolve("lock");
        try (LockFile _ = LockFile.tryTake(file()).orElseThrow()) {
            assertThat(LockFile.tryTake(file())).isEmpty();
            assertThat(LockFile.tryTake(other)).isEmpty();
            assertThat(TryLock.findsLocked(file())).as("by another process, after the attempts").isTrue();
        }
        assertThat(TryLock.findsLocked(file())).isFalse();
        LockFile.tryTake(other).orElseThrow().close();
    }

    @Test
    void aWaiterIsToldOnceAndGetsTheLock() throws Exception {
        CountDownLatch waits = new CountDownLatch(1);
        CompletableFuture<Void> second;
        try (LockFile _ = LockFile.take(file(), () -> {
            throw new AssertionError("the lock is free");
        }, () -> false)) {
            second = CompletableFuture.runAsync(() -> {
                try (LockFile _ = LockFile.take(file(), waits::countDown, () -> false)) {
                    assertThat(waits.getCount()).isZero();
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            }, task -> Thread.ofVirtual().start(task));
            waits.await();
            assertThat(second).isNotDone();
        }
        second.get();
    }

    @Test
    void givingUpLeavesTheOthersLockAlone() throws Exception {
        try (LockFile _ = LockFile.tryTake(file()).orElseThrow()) {
            assertThatThrownBy(() -> LockFile.take(file(), () -> {}, () -> true))
                    .isInstanceOf(InterruptedException.class);
            assertThat(TryLock.findsLocked(file())).isTrue();
        }
    }

    @Test
    void aFileThatCannotBeLockedIsAnError() throws Exception {
        Files.createDirectory(file());
        assertThatThrownBy(() -> LockFile.tryTake(file())).isInstanceOf(IOException.class);
        Files.delete(file());
        LockFile.tryTake(file()).orElseThrow().close();
        assertThatThrownBy(() -> LockFile.tryTake(folder.resolve("none/lock"))).isInstanceOf(IOException.class);
    }
}
