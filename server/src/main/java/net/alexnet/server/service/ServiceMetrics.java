package net.alexnet.server.service;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import module java.base;
import net.alexnet.server.Answered;
import net.alexnet.server.Call;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Reply;

/// The counters of the service, in Prometheus's forms. The names of classes never become labels.
final class ServiceMetrics {
    private static final double[] SECONDS = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
        10};
    private static final double[] SIZES = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final AtomicBoolean jvm = new AtomicBoolean();
    private final ExpositionFormats formats = ExpositionFormats.init();

    /// By model, version and code.
    final Counter requests = Counter.builder().name("alexnet_requests_total").help("Answered requests for inference")
            .labelNames("model", "version", "code").register(registry);
    /// By model and phase: read, decode, queue, compute, write.
    final Histogram seconds = Histogram.builder().name("alexnet_request_duration_seconds")
            .help("Time that a request spent in each phase").labelNames("model", "phase").classicOnly()
            .classicUpperBounds(SECONDS).register(registry);
    final Counter pictures = Counter.builder().name("alexnet_pictures_total").help("Pictures computed")
            .labelNames("model").register(registry);
    final Counter batches = Counter.builder().name("alexnet_batches_total").help("Batches computed")
            .labelNames("model").register(registry);
    final Histogram batchSize = Histogram.builder().name("alexnet_batch_size").help("Pictures in a batch")
            .labelNames("model").classicOnly().classicUpperBounds(SIZES).register(registry);
    final Gauge inProgress = Gauge.builder().name("alexnet_requests_in_progress")
            .help("Requests for inference that are being answered").labelNames("model").register(registry);
    /// By reason: queue_full, deadline, too_large, bad_picture, auth.
    final Counter rejected = Counter.builder().name("alexnet_rejected_total").help("Requests that were refused")
            .labelNames("reason").register(registry);
    private final Info models = Info.builder().name("alexnet_model_info").help("The models that are served")
            .labelNames("model", "version", "sha256", "classes").register(registry);

    ServiceMetrics(String version) {
        Info.builder().name("alexnet_build_info").help("The program").labelNames("version", "java").register(registry)
                .addLabelValues(version, Runtime.version().toString());
    }

    /// Gauges of what the models' queues hold.
    ///
    /// @param queued pictures, by model
    void queues(Supplier<Map<String, Integer>> queued) {
        GaugeWithCallback.builder().name("alexnet_queue_pictures").help("Pictures that wait or are computed")
                .labelNames("model").callback(gauge -> queued.get().forEach((model, count) -> gauge.call(count, model)))
                .register(registry);
    }

    void model(String name, String version, LoadedModel model) {
        models.addLabelValues(name, version, model.sha256(), Integer.toString(model.card().classes().size()));
    }

    void noModel(String name, String version, LoadedModel model) {
        models.remove(name, version, model.sha256(), Integer.toString(model.card().classes().size()));
    }

    void phase(String model, String phase, long nanos) {
        seconds.labelValues(model, phase).observe(nanos / 1e9);
    }

    /// Counts the answer to a request for inference by its code, whatever it is.
    ///
    /// @param model empty if there is none of the name: names that clients make up are no labels
    <T> T counted(String model, String version, Callable<T> answer) throws Exception {
        inProgress.labelValues(model).inc();
        int status = 500;
        try {
            T answered = answer.call();
            status = 200;
            return answered;
        } catch (HttpFailure e) {
            status = e.status();
            throw e;
        } finally {
            inProgress.labelValues(model).dec();
            requests.labelValues(model, version, Integer.toString(status)).inc();
        }
    }

    /// Counts what the server refused before any endpoint saw it.
    void refused(Answered answered) {
        switch (answered.status()) {
            case 401, 403, 421 -> rejected.labelValues("auth").inc();
            case 413 -> rejected.labelValues("too_large").inc();
            default -> {}
        }
    }

    /// All metrics in the form that the caller accepts.
    Reply scrape(Call call) throws IOException {
        if (jvm.compareAndSet(false, true)) {
            JvmMetrics.builder().register(registry); // now, as it would take a fifth of the start
        }
        ExpositionFormatWriter writer = formats.findWriter(call.header("Accept").orElse(""));
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        writer.write(text, registry.scrape());
        return Reply.bytes(writer.getContentType(), text.toByteArray());
    }
}
