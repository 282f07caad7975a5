package net.alexnet.server.studio;

import module java.base;
import net.alexnet.Options;
import net.alexnet.server.HttpFailure;
import net.alexnet.tensor.BackendException;
import net.alexnet.train.ModelFile;
import net.alexnet.train.OpenModel;

/// The models that were used last. Safe for use by many threads.
final class OpenModels implements AutoCloseable {
    private static final int KEPT = 2; // the paper's network has 250 MB

    private final Options options;
    private final Map<CheckpointId, Entry> open = new LinkedHashMap<>(KEPT, 0.75f, true);
    private boolean closed;

    /// @param options what computes
    OpenModels(Options options) {
        this.options = options;
    }

    Options options() {
        return options;
    }

    private static final class Entry {
        private final FutureTask<OpenModel> model;
        private int users;
        private boolean dropped;

        Entry(FutureTask<OpenModel> model) {
            this.model = model;
        }
    }

    /// What is done with a model.
    @FunctionalInterface
    interface Work<T> {
        T with(OpenModel model) throws IOException, HttpFailure, InterruptedException;
    }

    /// Works with a checkpoint's model, which is opened first if it is not yet.
    ///
    /// @throws HttpFailure of status 503 if no engine computes here
    <T> T with(CheckpointId checkpoint, Work<T> work) throws IOException, HttpFailure, InterruptedException {
        Entry entry = acquire(checkpoint);
        try {
            entry.model.run(); // does nothing but for the first
            return work.with(opened(checkpoint, entry));
        } finally {
            release(entry);
        }
    }

    private synchronized Entry acquire(CheckpointId checkpoint) {
        if (closed) {
            throw new IllegalStateException("the models are closed");
        }
        Entry entry = open.computeIfAbsent(checkpoint,
                key -> new Entry(new FutureTask<>(() -> OpenModel.of(
                        ModelFile.find(key.folder(), options.checkpoint()), options.device(), options.threads(),
                        options.precision()))));
        entry.users++;
        Iterator<Entry> oldest = open.values().iterator();
        for (int surplus = open.size() - KEPT; surplus > 0; surplus--) {
            Entry old = oldest.next();
            oldest.remove();
            drop(old);
        }
        return entry;
    }

    private synchronized void release(Entry entry) {
        entry.users--;
        closeUnused(entry);
    }

    private void drop(Entry entry) {
        entry.dropped = true;
        closeUnused(entry);
    }

    private static void closeUnused(Entry entry) {
        if (entry.dropped && entry.users == 0 && entry.model.isDone()
                && entry.model.state() == Future.State.SUCCESS) {
            entry.model.resultNow().close();
        }
    }

    private OpenModel opened(CheckpointId checkpoint, Entry entry)
            throws IOException, HttpFailure, InterruptedException {
        try {
            return entry.model.get();
        } catch (ExecutionException e) {
            synchronized (this) {
                open.remove(checkpoint, entry); // the next one tries again
            }
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case BackendException failure -> throw new HttpFailure(503, String.valueOf(failure.getMessage()));
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    /// Closes all models as soon as nobody works with them.
    @Override
    public synchronized void close() {
        closed = true;
        open.values().forEach(this::drop);
        open.clear();
    }
}
