package net.alexnet.server.service;

import module java.base;
import net.alexnet.server.HttpFailure;
import org.jspecify.annotations.Nullable;

/// The models that are served. Their files are looked at every few seconds. When one has changed, it is loaded beside the
/// old one and takes its place, and the old one is closed after its last request. A model whose new file cannot be loaded
/// stays as it is.
final class ServedModels implements AutoCloseable {
    /// The version that clients know; the hash of the file is another name of it.
    static final String VERSION = "1";
    /// How many digits of the hash make a version.
    private static final int DIGITS = 12;

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final ServiceSettings settings;
    private final ServiceMetrics metrics;
    private final Consumer<String> messages;
    private final Semaphore turn = new Semaphore(1, true);
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("models").factory());
    private volatile boolean stopping;
    private volatile boolean closed;

    /// A name and the model behind it.
    static final class Entry {
        private final String name;
        private final ModelSource source;
        private final Statistics statistics = new Statistics();
        private volatile @Nullable ServedModel served;
        private volatile ModelSource.@Nullable FileState state;

        private Entry(String name, ModelSource source) {
            this.name = name;
            this.source = source;
        }

        String name() {
            return name;
        }

        Statistics statistics() {
            return statistics;
        }

        boolean isReady() {
            return served != null;
        }

        int queued() {
            ServedModel now = served;
            return now == null ? 0 : now.batcher().pictures();
        }
    }

    /// @param messages is told of models that were loaded anew or could not be
    ServedModels(ServiceSettings settings, ServiceMetrics metrics, Consumer<String> messages) {
        this.settings = settings;
        this.metrics = metrics;
        this.messages = messages;
        for (ModelSpec spec : settings.models()) {
            entries.put(spec.name(), new Entry(spec.name(), new ModelSource(spec.path(), settings.checkpoint())));
        }
        metrics.queues(() -> entries.values().stream().collect(Collectors.toMap(Entry::name, Entry::queued)));
    }

    /// Loads all models, and begins to look at their files.
    ///
    /// @throws IOException if one cannot be loaded
    void load() throws IOException {
        for (Entry entry : entries.values()) {
            load(entry, entry.source.fileState());
        }
        long pause = settings.look().toMillis();
        var _ = watch.scheduleWithFixedDelay(this::reloadChanged, pause, pause, TimeUnit.MILLISECONDS);
    }

    private void load(Entry entry, ModelSource.FileState state) throws IOException {
        LoadedModel loaded = LoadedModel.open(entry.source, state, settings);
        ServedModel next = new ServedModel(entry.name, loaded, settings, turn, (pictures, nanos) -> {
            entry.statistics.batch(pictures, nanos);
            metrics.pictures.labelValues(entry.name).inc(pictures);
            metrics.batches.labelValues(entry.name).inc();
            metrics.batchSize.labelValues(entry.name).observe(pictures);
        });
        ServedModel before = entry.served;
        entry.served = next;
        entry.state = state;
        if (before != null) {
            metrics.noModel(entry.name, VERSION, before.model());
            metrics.model(entry.name, VERSION, next.model());
            messages.accept(entry.name + ": loaded anew, SHA-256 " + loaded.sha256());
            before.retire();
        }
        next.warmUp();
    }

    private void reloadChanged() {
        for (Entry entry : entries.values()) {
            if (closed) {
                return;
            }
            try {
                ModelSource.FileState now = entry.source.fileState();
                if (!now.equals(entry.state)) {
                    entry.state = now; // if it cannot be loaded, it is not tried again until it changes
                    changed(entry, now);
                }
            } catch (IOException | RuntimeException | Error e) {
                messages.accept(entry.name + ": the model that is there now cannot be loaded, the one before is kept: "
                        + e.getMessage());
            }
        }
    }

    /// Only another content counts, not another time.
    private void changed(Entry entry, ModelSource.FileState now) throws IOException {
        Optional<Path> file = entry.source.file();
        ServedModel served = entry.served;
        if (file.isPresent() && served != null
                && net.alexnet.io.Hashes.hex(file.get()).equals(served.model().sha256())) {
            return;
        }
        load(entry, now);
    }

    Collection<Entry> all() {
        return entries.values();
    }

    /// Whether all models can be asked.
    boolean isReady() {
        return !stopping && !closed && entries.values().stream().allMatch(Entry::isReady);
    }

    /// The name if a model has it, else nothing.
    String known(String name) {
        return entries.containsKey(name) ? name : "";
    }

    /// @throws HttpFailure of status 404 if there is no such model
    Entry entry(String name) throws HttpFailure {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new HttpFailure(404, "there is no model '" + name + "'; this server has "
                    + String.join(", ", entries.keySet()));
        }
        return entry;
    }

    /// A model that stays open until the lease is closed.
    record Lease(Entry entry, ServedModel served) implements AutoCloseable {
        LoadedModel model() {
            return served.model();
        }

        @Override
        public void close() {
            served.release();
        }
    }

    /// Leases a model.
    ///
    /// @param version `1`, the first digits of the hash, or nothing
    /// @throws HttpFailure of status 404 if there is no such model or version, 503 if it is not loaded yet
    Lease lease(String name, Optional<String> version) throws HttpFailure {
        Entry entry = entry(name);
        while (true) {
            ServedModel served = entry.served;
            if (served == null || closed) {
                throw HttpFailure.busy(closed ? "the server is stopping" : "the model '" + name + "' is being loaded",
                        1);
            }
            if (served.acquire()) {
                Lease lease = new Lease(entry, served);
                if (version.isPresent() && !version.get().equals(VERSION) && !version.get().equals(
                        lease.model().sha256().substring(0, Math.min(DIGITS, lease.model().sha256().length())))) {
                    lease.close();
                    throw new HttpFailure(404, "the model '" + name + "' has no version '" + version.get()
                            + "'; it has " + VERSION);
                }
                return lease;
            }
        }
    }

    /// Says that they are not ready, and still answers.
    void stopping() {
        stopping = true;
    }

    /// Takes no more requests, and closes the models after those that are being answered.
    @Override
    public void close() {
        closed = true;
        watch.shutdownNow();
        try {
            watch.awaitTermination(1, TimeUnit.MINUTES); // of a model that is being loaded
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Entry entry : entries.values()) {
            ServedModel served = entry.served;
            if (served != null) {
                served.retire();
            }
        }
    }
}
