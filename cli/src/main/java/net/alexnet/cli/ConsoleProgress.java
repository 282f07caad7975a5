package net.alexnet.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import net.alexnet.TrainingListener;
import net.alexnet.data.PreparationListener;
import net.alexnet.data.RejectedImage;

/// Shows on standard error how a job goes: a bar on a terminal, lines of text in a log, or nothing but warnings.
final class ConsoleProgress implements TrainingListener, PreparationListener, AutoCloseable {
    /// The values of `--progress`.
    enum Mode {
        /// Bars on a terminal, else nothing.
        AUTO,
        /// Lines of text, for logs.
        PLAIN,
        /// Nothing but warnings.
        NONE
    }

    private static final double LINE_EVERY_SECONDS = 10; // of a task, where there is no bar

    private final PrintWriter err;
    private final PrintWriter raw;
    private final boolean bars;
    private final boolean lines;
    private Optional<ProgressBar> bar = Optional.empty();
    private String task = "";
    private long taskStart;
    private long doneBefore;
    private double lastLine;

    ConsoleProgress(Terminal terminal, Mode mode) {
        this.err = terminal.err();
        this.raw = terminal.raw();
        this.bars = mode == Mode.AUTO && terminal.watched();
        this.lines = bars || mode == Mode.PLAIN;
    }

    /// Whether a user follows.
    boolean follows() {
        return lines;
    }

    @Override
    public void message(String text) {
        if (lines) {
            clear();
            err.println(text);
        }
    }

    @Override
    public void warning(String text) {
        clear();
        err.println("warning: " + text);
    }

    /// Warns of files that cannot be read.
    void leftOut(List<RejectedImage> rejected) {
        rejected.forEach(one -> warning("left out " + one.name() + ": " + one.reason()));
    }

    // --- tasks -----------------------------------------------------------------------------------------------------

    @Override
    public void progress(String name, long done, long total) {
        double seconds = begin(name, done);
        double speed = seconds > 0 ? (done - doneBefore) / seconds : 0;
        show(done, total, String.format(Locale.ROOT, "%,d/%,d  %,.0f/s  %s left", done, total, speed,
                Text.duration((total - done) / speed)));
    }

    /// Some bytes of a file have arrived.
    void downloading(long done, OptionalLong total) {
        begin("fetching", done);
        show(done, total.orElse(0),
                Text.bytes(done) + (total.isPresent() ? " of " + Text.bytes(total.getAsLong()) : ""));
    }

    @Override
    public void report(Stage stage, long done, long total) {
        progress(stage.task(), done, total);
    }

    /// @return seconds since the task was first heard of
    private double begin(String name, long done) {
        long now = System.nanoTime();
        if (!name.equals(task)) {
            clear();
            task = name;
            taskStart = now;
            doneBefore = done;
            lastLine = 0;
        }
        return (now - taskStart) / 1e9;
    }

    private void show(long done, long total, String figures) {
        double seconds = (System.nanoTime() - taskStart) / 1e9;
        if (bars && total > 0) {
            bar(done, total, figures);
        } else if (seconds - lastLine >= LINE_EVERY_SECONDS) {
            lastLine = seconds;
            if (lines) {
                err.println(task + " " + figures);
            }
        }
        if (done == total) {
            clear();
        }
    }

    // --- training --------------------------------------------------------------------------------------------------

    @Override
    public void estimated(double seconds, double imagesPerSecond) {
        message("expected to take about " + Text.duration(seconds) + ", at " + Math.round(imagesPerSecond)
                + " images/s");
    }

    @Override
    public void started(Path run, long step) {
        message(step == 0 ? "training starts" : "training continues after step " + step);
    }

    @Override
    public void step(Step step) {
        String figures = String.format(Locale.ROOT,
                "loss %.4f  learning rate %.2g  %,.0f images/s  data wait %.1f %%  %s left", step.loss(),
                step.learningRate(), step.imagesPerSecond(), 100 * step.dataWait(), Text.duration(step.secondsLeft()));
        if (bars) {
            long perEpoch = Math.max(1, step.steps() / Math.max(1, step.epochs()));
            begin("epoch " + step.epoch() + "/" + step.epochs(), 0);
            bar((step.step() - 1) % perEpoch + 1, perEpoch, figures);
        } else {
            message(String.format(Locale.ROOT, "step %d/%d  epoch %d/%d  %s", step.step(), step.steps(), step.epoch(),
                    step.epochs(), figures));
        }
    }

    @Override
    public void epoch(Epoch epoch) {
        message(String.format(Locale.ROOT,
                "epoch %d/%d  loss %.4f  validation: top-1 error %.2f %%, top-5 error %.2f %%, loss %.4f  learning rate %.2g  %s",
                epoch.epoch(), epoch.epochs(), epoch.loss(), 100 * epoch.top1Error(), 100 * epoch.top5Error(),
                epoch.validationLoss(), epoch.learningRate(), Text.duration(epoch.seconds())));
    }

    // --- the bar ---------------------------------------------------------------------------------------------------

    private void bar(long done, long total, String figures) {
        if (bar.isEmpty()) {
            bar = Optional.of(new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(total)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(200)
                    .hideEta()
                    .clearDisplayOnFinish()
                    .setConsumer(new DelegatingProgressBarConsumer(this::draw, 110))
                    .build());
        }
        bar.orElseThrow().stepTo(done).setExtraMessage(figures);
    }

    private void draw(String text) {
        raw.print("\r\u001b[K" + text.stripTrailing());
        raw.flush();
    }

    /// Takes the bar away.
    void clear() {
        bar.ifPresent(shown -> {
            shown.close();
            raw.print("\r\u001b[K");
            raw.flush();
        });
        bar = Optional.empty();
        task = "";
    }

    @Override
    public void close() {
        clear();
    }
}
