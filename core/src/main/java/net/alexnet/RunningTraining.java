package net.alexnet;

import module java.base;
import net.alexnet.data.OrderedWork;

/// A run that trains on a thread of its own, which does not keep the JVM from ending.
public final class RunningTraining {
    private final FutureTask<TrainingResult> task;
    private volatile boolean stop;

    RunningTraining(TrainingBuilder<?> training) {
        task = new FutureTask<>(() -> training.run(() -> stop));
        Thread.ofPlatform().daemon().name("training").start(task);
    }

    /// Asks the run to save and end after the step that it is in; [#await] returns its result.
    public void stop() {
        stop = true;
    }

    /// Whether the run has ended, in whatever way.
    public boolean isDone() {
        return task.isDone();
    }

    /// Waits until the run has ended.
    ///
    /// @throws IOException and unchecked exceptions, as [TrainingBuilder#run()] throws them
    /// @throws InterruptedException if this thread is interrupted; the run goes on
    public TrainingResult await() throws IOException, InterruptedException {
        return OrderedWork.result(task);
    }
}
