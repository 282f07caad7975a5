package net.alexnet.data;

import module java.base;
import org.jspecify.annotations.Nullable;

/// Work on a range of numbers by several threads, whose results come out in order. Only a limited number is in flight
/// at a time. Used by one thread.
public final class OrderedWork<T> implements AutoCloseable {
    private final ArrayDeque<Future<T>> ahead = new ArrayDeque<>();
    private final Task<T> task;
    private final int end;
    private final int window;
    private final ExecutorService pool;
    private int next;

    /// What is done with a number.
    @FunctionalInterface
    public interface Task<T> {
        T of(int number) throws IOException;
    }

    /// Starts no task yet.
    ///
    /// @param from the first number
    /// @param end the number after the last
    /// @param workers how many threads
    /// @param window how many results may wait or be under way
    public OrderedWork(int from, int end, int workers, int window, Task<T> task) {
        this.next = from;
        this.end = end;
        this.window = window;
        this.task = task;
        this.pool = Executors.newFixedThreadPool(
                workers, Thread.ofPlatform().daemon().name("work-", 1).factory());
    }

    /// Whether another result follows.
    public boolean hasNext() {
        return !ahead.isEmpty() || next < end;
    }

    /// The result for the next number; a task's failure comes out as itself.
    public T next() throws IOException, InterruptedException {
        while (next < end && ahead.size() < window) {
            int number = next++;
            ahead.add(pool.submit(() -> task.of(number)));
        }
        return result(ahead.remove());
    }

    /// Waits for the result of a task, whose failure comes out as itself.
    public static <R extends @Nullable Object> R result(Future<R> task) throws IOException, InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException("the work failed", e);
            }
        }
    }

    /// Drops the tasks that were not begun and waits for the threads to end.
    @Override
    public void close() {
        pool.shutdownNow();
        pool.close();
    }
}
