package net.alexnet.server.service;

import module java.base;
import net.alexnet.server.HttpSettings;
import net.alexnet.tensor.Precision;
import net.alexnet.train.ModelFile.Which;

/// What is served, and how much of the machine it may take.
///
/// @param models at least one, with different names
/// @param checkpoint which of a run's checkpoints
/// @param http where the service listens and who may call it
/// @param maxBatch the most views that go through the network together, 1 to 1024; a picture of ten views takes ten even if
///     this is less
/// @param maxDelay how long a picture waits for others when the network is free; less than the deadline. For pictures that are
///     being decoded it may wait longer
/// @param queue the most pictures of a model that wait or are computed, 1 to 100,000
/// @param deadline the time, from when a request has arrived, in which its answer is expected; a request may name a
///     shorter one. If the answer is expected to take longer, by the median of the last eight batches, the request is
///     refused at once with 503; the first eight batches refuse nobody. If the time is over
///     and none of its pictures has been taken by the network, it ends with 504. Otherwise it is answered, even if late
/// @param views of a picture, 1 or 10, unless a request says so itself
/// @param device as for [net.alexnet.Options#device()]
/// @param threads that compute, and that decode
/// @param precision as for [net.alexnet.Options#precision()]
/// @param look how often the models' files are looked at
/// @param version of the program
public record ServiceSettings(List<ModelSpec> models, Which checkpoint, HttpSettings http, int maxBatch,
        Duration maxDelay, int queue, Duration deadline, int views, String device, int threads, Precision precision,
        Duration look,
        String version) {
    public ServiceSettings {
        models = List.copyOf(models);
        Set<String> names = new HashSet<>();
        for (ModelSpec model : models) {
            if (!names.add(model.name())) {
                throw new IllegalArgumentException("two models have the name '" + model.name()
                        + "'; give one another name: NAME=" + model.path());
            }
        }
        require(!models.isEmpty(), "the models", 0, "at least one");
        require(maxBatch >= 1 && maxBatch <= 1024, "the batch", maxBatch, "1 to 1024 views");
        require(!maxDelay.isNegative() && maxDelay.toMinutes() < 1, "the delay", maxDelay.toMillis(),
                "0 to 60,000 ms");
        require(queue >= 1 && queue <= 100_000, "the queue", queue, "1 to 100,000 pictures");
        require(deadline.isPositive() && deadline.toHours() < 1, "the deadline", deadline.toMillis(),
                "1 to 3,600,000 ms");
        require(maxDelay.compareTo(deadline) < 0, "the delay", maxDelay.toMillis(),
                "less than the deadline of " + deadline.toMillis() + " ms");
        require(views == 1 || views == 10, "the views", views, "1 or 10");
    }

    private static void require(boolean holds, String what, long found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(what + " must be " + expected + ", found " + found);
        }
    }

    /// The most pictures that go through the network together, if each has the usual views.
    public int maxPictures() {
        return Math.max(1, maxBatch / views);
    }

    /// The defaults: batches of 32 views, no delay, 256 pictures waiting, a deadline of 2 s, one view, all cores.
    public static ServiceSettings of(List<ModelSpec> models, HttpSettings http) {
        return new ServiceSettings(models, Which.LAST, http, 32, Duration.ZERO, 256, Duration.ofSeconds(2), 1, "auto",
                Runtime.getRuntime().availableProcessors(), Precision.FLOAT32, Duration.ofSeconds(3), "");
    }
}
