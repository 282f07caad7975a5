package net.alexnet.train;

import module java.base;
import net.alexnet.inference.TopKErrors.Report;
import net.alexnet.train.RunListener.Epoch;
import net.alexnet.train.RunListener.Step;

/// Logs how a run goes: to `log.jsonl`, to a TensorBoard event file, and to the [RunListener].
final class MetricsLogger implements AutoCloseable {
    private final JsonLinesLog log;
    private final EventFile events;
    private final RunListener listener;

    /// @param folder of the run
    /// @param step the run starts from; lines of later steps are dropped
    MetricsLogger(Path folder, long step, RunListener listener) throws IOException {
        this.listener = listener;
        this.log = JsonLinesLog.open(folder.resolve("log.jsonl"), step);
        this.events = EventFile.open(folder, step);
    }

    void step(Step step) throws IOException {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("kind", "step");
        line.put("epoch", step.epoch());
        line.put("loss", step.loss());
        line.put("learning_rate", step.learningRate());
        line.put("images_per_second", step.imagesPerSecond());
        line.put("wait_share", step.dataWait());
        log.append(step.step(), line);
        scalars(step.step(), line, Map.of("loss", "train/loss", "learning_rate", "train/learning_rate",
                "images_per_second", "speed/images_per_second", "wait_share", "speed/wait_share"));
        listener.step(step);
    }

    /// @param step the last of the epoch
    void epoch(long step, Epoch epoch, Report validation) throws IOException {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("kind", "epoch");
        line.put("epoch", epoch.epoch());
        line.put("loss", epoch.loss());
        line.put("learning_rate", epoch.learningRate());
        line.put("validation_n", validation.images());
        line.put("validation_loss", epoch.validationLoss());
        line.put("top1_error", epoch.top1Error());
        line.put("top5_error", epoch.top5Error());
        line.put("seconds", epoch.seconds());
        log.append(step, line);
        scalars(step, line, Map.of("loss", "train/epoch_loss", "validation_loss", "validation/loss",
                "top1_error", "validation/top1_error", "top5_error", "validation/top5_error"));
        listener.epoch(epoch);
    }

    /// @param tags the curves in TensorBoard by their keys in the line
    private void scalars(long step, Map<String, Object> line, Map<String, String> tags) throws IOException {
        Instant now = Instant.now();
        for (Map.Entry<String, Object> entry : line.entrySet()) {
            if (tags.containsKey(entry.getKey())) {
                events.scalar(tags.get(entry.getKey()), step, ((Number) entry.getValue()).doubleValue(), now);
            }
        }
    }

    void warning(long step, String text) throws IOException {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("kind", "warning");
        line.put("text", text);
        log.append(step, line);
        listener.warning(text);
    }

    @Override
    public void close() throws IOException {
        try (log) {
            events.close();
        }
    }
}
