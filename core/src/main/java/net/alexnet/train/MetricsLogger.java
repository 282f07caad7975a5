package net.alexnet.train;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import module java.base;
import net.alexnet.inference.FilterTiles;
import net.alexnet.inference.TopKErrors.Report;
import net.alexnet.train.RunListener.Epoch;
import net.alexnet.train.RunListener.LayerHealth;
import net.alexnet.train.RunListener.Step;
import org.jspecify.annotations.Nullable;

/// Logs how a run goes: to `log.jsonl`, to a TensorBoard event file, and to the [RunListener].
final class MetricsLogger implements AutoCloseable {
    static final String LOG = "log.jsonl";

    private final JsonLinesLog log;
    private final EventFile events;
    private final RunListener listener;

    /// @param folder of the run
    /// @param step the run starts from; lines of later steps are dropped
    MetricsLogger(Path folder, long step, RunListener listener) throws IOException {
        this.listener = listener;
        this.log = JsonLinesLog.open(folder.resolve(LOG), step);
        this.events = EventFile.open(folder, step);
    }

    private record StepLine(String kind, int epoch, double loss, double learningRate, double imagesPerSecond,
            double waitShare) {}

    private record EpochLine(String kind, int epoch, double loss, @Nullable Double trainingTop1Error,
            double learningRate, @JsonUnwrapped @Nullable Errors validation, List<LayerLine> layers, double seconds) {}

    private record LayerLine(String layer, double weight, double update, @Nullable Double dead) {
        static LayerLine of(LayerHealth health) {
            return new LayerLine(health.layer(), health.weight(), health.update(), orNull(health.dead()));
        }
    }

    private static @Nullable Double orNull(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }

    private record LinearLine(String kind, double penalty, double outOfFoldTop1Error,
            @JsonUnwrapped @Nullable Errors validation, double seconds) {}

    /// Of a validation.
    private record Errors(long validationN, double validationLoss, double top1Error, double top5Error) {
        static @Nullable Errors of(Optional<Report> validation) {
            return validation.map(it -> new Errors(it.images(), it.loss(), it.top1(), it.top5())).orElse(null);
        }
    }

    private record WarningLine(String kind, String text) {}

    private record TestLine(String kind, String data, long testN, double testLoss, double top1Error,
            double top5Error) {}

    /// Logs the errors of a finished run on test pictures.
    ///
    /// @param folder of the run
    /// @param step its last
    /// @param data names the pictures
    static void test(Path folder, long step, String data, Report errors) throws IOException {
        try (JsonLinesLog log = JsonLinesLog.open(folder.resolve(LOG), step)) {
            log.append(step, new TestLine("test", data, errors.images(), errors.loss(), errors.top1(),
                    errors.top5()));
        }
    }

    void step(Step step) throws IOException {
        log.append(step.step(), new StepLine("step", step.epoch(), step.loss(), step.learningRate(),
                step.imagesPerSecond(), step.dataWait()));
        Instant now = Instant.now();
        events.scalar("train/loss", step.step(), step.loss(), now);
        events.scalar("train/learning_rate", step.step(), step.learningRate(), now);
        events.scalar("speed/images_per_second", step.step(), step.imagesPerSecond(), now);
        events.scalar("speed/wait_share", step.step(), step.dataWait(), now);
        listener.step(step);
    }

    /// @param step the last of the epoch
    /// @param validation empty in a run without validation
    void epoch(long step, Epoch epoch, Optional<Report> validation) throws IOException {
        log.append(step, new EpochLine("epoch", epoch.epoch(), epoch.loss(), orNull(epoch.trainingError()),
                epoch.learningRate(), Errors.of(validation), epoch.layers().stream().map(LayerLine::of).toList(),
                epoch.seconds()));
        Instant now = Instant.now();
        events.scalar("train/epoch_loss", step, epoch.loss(), now);
        if (epoch.trainingError().isPresent()) {
            events.scalar("train/top1_error", step, epoch.trainingError().getAsDouble(), now);
        }
        for (LayerHealth layer : epoch.layers()) {
            events.scalar("weights/" + layer.layer(), step, layer.weight(), now);
            events.scalar("updates/" + layer.layer(), step, layer.update(), now);
            if (layer.dead().isPresent()) {
                events.scalar("dead_units/" + layer.layer(), step, layer.dead().getAsDouble(), now);
            }
        }
        if (validation.isPresent()) {
            events.scalar("validation/loss", step, validation.get().loss(), now);
            events.scalar("validation/top1_error", step, validation.get().top1(), now);
            events.scalar("validation/top5_error", step, validation.get().top5(), now);
        }
        listener.epoch(epoch);
    }

    /// Writes the kernels of conv1 as an image for TensorBoard, if the network has that layer.
    void filters(long step, FilterTiles tiles) throws IOException {
        events.image("conv1/filters", step, tiles.picture(0, tiles.filters()), Instant.now());
    }

    /// The linear classifier that a fine-tuned head starts as.
    ///
    /// @param validation empty in a run without validation
    /// @param seconds that its features and its fit took
    void linear(double penalty, double outOfFoldError, Optional<Report> validation, double seconds)
            throws IOException {
        log.append(0, new LinearLine("linear", penalty, outOfFoldError, Errors.of(validation), seconds));
    }

    void warning(long step, String text) throws IOException {
        log.append(step, new WarningLine("warning", text));
        listener.warning(text);
    }

    /// Logs why the run ended: its loss or its weights are not finite. Resuming the run removes this line.
    ///
    /// @param step the one that failed, after the last that was done
    void diverged(long step, String text) throws IOException {
        log.append(step, new WarningLine("diverged", text));
    }

    @Override
    public void close() throws IOException {
        try (log) {
            events.close();
        }
    }
}
