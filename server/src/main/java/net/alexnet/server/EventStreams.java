package net.alexnet.server;

import module java.base;
import org.eclipse.jetty.util.thread.Scheduler;

/// The open event streams.
final class EventStreams {
    private final Set<EventStream> open = ConcurrentHashMap.newKeySet();
    private final Semaphore places;
    private final Limits limits;

    EventStreams(Limits limits) {
        this.limits = limits;
        this.places = new Semaphore(limits.streams());
    }

    /// @throws HttpFailure of status 503 if there are as many as may be
    void add(EventStream stream) throws HttpFailure {
        if (!places.tryAcquire()) {
            throw HttpFailure.busy("there are " + limits.streams()
                    + " open event streams, and no more are allowed; close a page", 10);
        }
        open.add(stream);
        stream.onClose(() -> {
            open.remove(stream);
            places.release();
        });
    }

    void beat(Scheduler scheduler) {
        open.forEach(EventStream::beat);
        scheduler.schedule(() -> beat(scheduler), limits.heartbeat().toMillis(), TimeUnit.MILLISECONDS);
    }

    void close() {
        open.forEach(EventStream::close);
    }
}
