package net.alexnet.server.service;

import module java.base;
import net.alexnet.data.OrderedWork;
import net.alexnet.inference.Engines;
import net.alexnet.inference.Views;
import net.alexnet.nn.MemoryPlan;
import net.alexnet.server.Answered;
import net.alexnet.server.BodyMemory;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.HttpServer;
import net.alexnet.server.HttpSettings;
import net.alexnet.server.Reply;
import net.alexnet.server.Router;
import net.alexnet.tensor.Precision;

/// The running service.
public final class ModelService implements AutoCloseable {
    private final ServiceSettings settings;
    private final ServedModels models;
    private final Inference inference;
    private final ServiceMetrics metrics;
    private final HttpServer http;
    private final List<Consumer<Duration>> others = new CopyOnWriteArrayList<>();

    private ModelService(ServiceSettings settings, Consumer<String> messages) throws IOException {
        this.settings = settings;
        metrics = new ServiceMetrics(settings.version());
        models = new ServedModels(settings, metrics, messages);
        inference = new Inference(settings.threads(), metrics);
        FutureTask<Boolean> loading = new FutureTask<>(() -> {
            models.load();
            return true;
        });
        Thread.ofPlatform().daemon().name("load").start(loading); // while HTTP starts
        Router.Builder router = Router.builder()
                .get("/metrics", metrics::scrape)
                .get("/openapi.yaml", _ -> Reply.bytes("application/yaml", openApi()))
                .otherwise(_ -> {
                    throw unknown();
                });
        new V2Endpoints(models, inference, settings, metrics).addTo(router);
        new SimpleEndpoints(models, inference, settings, metrics).addTo(router);
        Consumer<Answered> told = settings.http().listener();
        HttpSettings listening = settings.http().listener(answered -> {
            metrics.refused(answered);
            told.accept(answered);
        });
        try {
            http = HttpServer.start(listening, router.build()); // answers that the models are being loaded
        } catch (IOException | RuntimeException e) {
            closeModels(loading);
            throw e;
        }
        try {
            OrderedWork.result(loading);
            models.all().forEach(this::describe);
        } catch (InterruptedException e) {
            http.stop(Duration.ZERO);
            closeModels(loading);
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the models were loaded", e);
        } catch (IOException | RuntimeException | Error e) {
            close(Duration.ZERO);
            throw e;
        }
    }

    private void closeModels(Future<?> loading) {
        try {
            OrderedWork.result(loading);
        } catch (IOException | InterruptedException | RuntimeException e) {
            // what was loaded before is closed below
        }
        models.close();
        inference.close();
    }

    private void describe(ServedModels.Entry entry) {
        Thread.ofVirtual().start(() -> { // waits for the hash, which a start does not
            try (ServedModels.Lease lease = models.lease(entry.name(), Optional.empty())) {
                metrics.model(entry.name(), ServedModels.VERSION, lease.model());
            } catch (HttpFailure e) {
                // it stops already
            }
        });
    }

    /// Starts the service, and returns when all models can be asked.
    ///
    /// @param messages is told, a line at a time, of models that are loaded anew
    /// @throws IOException if a model cannot be loaded, or an address cannot be listened on
    /// @throws IllegalArgumentException if the settings contradict themselves or this machine
    public static ModelService start(ServiceSettings settings, Consumer<String> messages) throws IOException {
        return new ModelService(settings, messages);
    }

    // --- for other protocols ---------------------------------------------------------------------------------------

    /// The settings that it was started with.
    public ServiceSettings settings() {
        return settings;
    }

    /// Whether all models can be asked.
    public boolean isReady() {
        return models.isReady();
    }

    /// The memory that requests share, however they come.
    public BodyMemory memory() {
        return http.memory();
    }

    /// Counts and logs a request that came another way than over HTTP.
    public void answered(Answered answered) {
        metrics.refused(answered);
        settings.http().listener().accept(answered);
    }

    /// Adds a server that asks this service. It ends with the service, at the same time as HTTP.
    ///
    /// @param stop refuses new requests and waits for the others, for as long as it is told
    public void endsWith(Consumer<Duration> stop) {
        others.add(stop);
    }

    /// What a client must know of a model.
    ///
    /// @param version empty for any
    /// @throws HttpFailure of status 404 if there is no such model or version, 503 if it is not loaded yet
    public ModelMetadata metadata(String model, String version) throws HttpFailure {
        try (ServedModels.Lease lease = models.lease(model,
                Optional.of(version).filter(Predicate.not(String::isEmpty)))) {
            return V2Endpoints.metadata(lease);
        }
    }

    /// Answers a request.
    ///
    /// @param version empty for any
    /// @param time that the caller waits, if it says so
    /// @param memory that the answer takes
    /// @throws HttpFailure as the HTTP service would answer
    public InferResult infer(String model, String version, WireRequest request, Optional<Duration> time,
            BodyMemory.Share memory) throws Exception {
        return metrics.counted(models.known(model), ServedModels.VERSION, () -> {
            try (ServedModels.Lease lease = models.lease(model,
                    Optional.of(version).filter(Predicate.not(String::isEmpty)))) {
                InferRequest checked = new RequestChecks(lease.model().card(), settings).check(request);
                return inference.run(lease, time.map(checked::within).orElse(checked), Duration.ZERO, memory);
            }
        });
    }

    // --- starting and stopping -------------------------------------------------------------------------------------

    /// The failure of an address that nothing answers.
    static HttpFailure unknown() {
        return new HttpFailure(404, Router.unknown().getMessage() + "; /openapi.yaml describes those that there are");
    }

    /// The description of all addresses, in OpenAPI's form.
    static byte[] openApi() throws IOException {
        try (InputStream in = ModelService.class.getResourceAsStream("openapi.yaml")) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    /// Where it is reached, such as `http://localhost:8080`.
    public URI address() {
        return http.address();
    }

    /// What is served and where, in lines for a person.
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        String curl = settings.http().token().isPresent() ? "curl -H 'Authorization: Bearer TOKEN' " : "curl ";
        for (ServedModels.Entry entry : models.all()) {
            try (ServedModels.Lease lease = models.lease(entry.name(), Optional.empty())) {
                LoadedModel model = lease.model();
                lines.add("%s: %d classes, %s".formatted(entry.name(), model.card().classes().size(), memory(model)));
                if (lines.size() == 1) {
                    lines.addFirst("serving on " + address() + ", " + model.engine());
                }
            } catch (HttpFailure e) {
                // it stops already
            }
        }
        lines.add("try it: " + curl + address() + "/predictions/" + settings.models().getFirst().name()
                + " --data-binary @picture.jpg");
        lines.add("described by " + address() + "/openapi.yaml, measured by " + address() + "/metrics");
        return lines;
    }

    /// What a model and its largest batch take.
    private String memory(LoadedModel model) {
        long mebibyte = 1 << 20;
        MemoryPlan plan = MemoryPlan.of(model.card().network().architecture(),
                Math.max(settings.maxBatch(), Views.TEN.count()), 1,
                settings.threads(),
                Engines.find().memory(settings.precision()));
        long rounded = settings.precision() == Precision.FLOAT32 ? 0 : plan.parameters() / 2; // copies in bfloat16
        long weights = plan.parameters() + rounded;
        long batch = plan.activations() + plan.input();
        int side = model.card().preprocessing().resize();
        long queue = (long) settings.queue() * side * side * model.card().preprocessing().channels();
        return "%d MiB of weights, at most %d MiB for a batch of %d views, %d MiB for %d pictures that wait".formatted(
                weights / mebibyte, Math.ceilDiv(batch, mebibyte), Math.max(settings.maxBatch(), Views.TEN.count()),
                Math.ceilDiv(queue, mebibyte),
                settings.queue());
    }

    /// Stops: it is not ready any more, refuses new requests, and answers those it has, however they came, if that takes no
    /// longer than [HttpServer#PATIENCE].
    @Override
    public void close() {
        close(HttpServer.PATIENCE);
    }

    private void close(Duration patience) {
        models.stopping();
        try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
            others.forEach(stop -> all.execute(() -> stop.accept(patience)));
            http.stop(patience);
        }
        models.close();
        inference.close();
    }
}
