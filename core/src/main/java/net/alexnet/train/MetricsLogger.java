package net.alexnet.train;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import net.alexnet.train.RunListener.EpochRecord;
import net.alexnet.train.RunListener.StepRecord;

/// Logs how a run goes: to `log.jsonl`, to a TensorBoard event file, and to the [RunListener].
final class MetricsLogger implements AutoCloseable {
    private final JsonLinesLog log;
    private final EventFile events;
    private final RunListener progress;

    /// @param folder of the run
    /// @param step the run starts from; lines of later steps are dropped
    MetricsLogger(Path folder, long step, RunListener progress) throws IOException {
        this.progress = progress;
        this.log = JsonLinesLog.open(folder.resolve("log.jsonl"), step);
        this.events = EventFile.open(folder, step);
    }

    void step(StepRecord step) throws IOException {
        Map<String, Object> line = line("step");
        line.put("epoch", step.epoch());
        line.put("loss", step.loss());
        line.put("learning_rate", step.learningRate());
        line.put("images_per_second", step.imagesPerSecond());
        line.put("wait_share", step.waitShare());
        line.put("decoder_cores", step.decoderCores());
        line.put("decode_ms", step.decodeMillis());
        line.put("queue_depth", step.queueDepth());
        log.append(step.step(), line);
        Instant now = Instant.now();
        events.scalar("train/loss", step.step(), step.loss(), now);
        events.scalar("train/learning_rate", step.step(), step.learningRate(), now);
        events.scalar("speed/images_per_second", step.step(), step.imagesPerSecond(), now);
        events.scalar("speed/wait_share", step.step(), step.waitShare(), now);
        progress.step(step);
    }

    void epoch(EpochRecord epoch) throws IOException {
        Map<String, Object> line = line("epoch");
        line.put("epoch", epoch.epoch());
        line.put("loss", epoch.loss());
        line.put("learning_rate", epoch.learningRate());
        line.put("validation_n", epoch.validation().n());
        line.put("validation_loss", epoch.validation().loss());
        line.put("top1_error", epoch.validation().top1Error());
        line.put("top5_error", epoch.validation().top5Error());
        line.put("seconds", epoch.seconds());
        log.append(epoch.step(), line);
        Instant now = Instant.now();
        events.scalar("train/epoch_loss", epoch.step(), epoch.loss(), now);
        events.scalar("validation/loss", epoch.step(), epoch.validation().loss(), now);
        events.scalar("validation/top1_error", epoch.step(), epoch.validation().top1Error(), now);
        events.scalar("validation/top5_error", epoch.step(), epoch.validation().top5Error(), now);
        progress.epoch(epoch);
    }

    void warning(long step, String text) throws IOException {
        Map<String, Object> line = line("warning");
        line.put("text", text);
        log.append(step, line);
        progress.warning(text);
    }

    private static Map<String, Object> line(String kind) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("kind", kind);
        return line;
    }

    @Override
    public void close() throws IOException {
        try (log) {
            events.close();
        }
    }
}
