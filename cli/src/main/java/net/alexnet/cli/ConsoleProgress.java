package net.alexnet.cli;

import module java.base;
import net.alexnet.TrainingListener;
import net.alexnet.io.Texts;

/// Shows the progress of a job on standard error: a bar on a terminal, lines of text in a log, or warnings only.
final class ConsoleProgress implements TrainingListener, AutoCloseable {
    /// The values of `--progress`.
    enum Mode {
        /// Bars on a terminal, else warnings only.
        AUTO,
        /// Lines of text, for logs.
        PLAIN,
        /// Warnings only.
        NONE
    }

    private static final double SECONDS_PER_LINE = 10; // where there is no bar
    private static final double SECONDS_PER_BAR = 0.2;
    private static final int BAR = 10; // characters
    private static final int WIDTH = 110; // characters of a line with a bar
    private static final String ERASE = "\r\u001b[K";

    private final PrintWriter err;
    private final PrintWriter raw;
    private final boolean bars;
    private final boolean lines;
    private boolean drawn;
    private String task = "";
    private long taskStart;
    private long doneBefore;
    private double lastShown;
    private Optional<Path> run = Optional.empty();

    ConsoleProgress(Terminal terminal, Mode mode) {
        this.err = terminal.err();
        this.raw = terminal.raw();
        this.bars = mode == Mode.AUTO && terminal.watched();
        this.lines = bars || mode == Mode.PLAIN;
    }

    /// Whether more than warnings are shown.
    boolean isShown() {
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

    // --- tasks -----------------------------------------------------------------------------------------------------

    @Override
    public void progress(String name, long done, long total) {
        double seconds = begin(name, done);
        double speed = seconds > 0 ? (done - doneBefore) / seconds : 0;
        show(done, total, String.format(Locale.ROOT, "%,d/%,d  %,.0f/s  %s left", done, total, speed,
                Texts.duration((total - done) / speed)));
    }

    /// Shows how many bytes of a file have arrived.
    void downloading(long done, OptionalLong total) {
        begin("downloading", done);
        show(done, total.orElse(0),
                Text.bytes(done) + (total.isPresent() ? " of " + Text.bytes(total.getAsLong()) : ""));
    }

    /// Returns the seconds since the task began.
    private double begin(String name, long done) {
        if (!name.equals(task)) {
            clear();
            task = name;
            taskStart = System.nanoTime();
            doneBefore = done;
            lastShown = 0;
        }
        return seconds();
    }

    private double seconds() {
        return (System.nanoTime() - taskStart) / 1e9;
    }

    private void show(long done, long total, String figures) {
        if (bars && total > 0) {
            draw(done, total, figures);
        } else if (lines && seconds() - lastShown >= SECONDS_PER_LINE) {
            lastShown = seconds();
            err.println(task + " " + figures);
        }
        if (done == total) {
            clear();
        }
    }

    private void draw(long done, long total, String figures) {
        if (drawn && seconds() - lastShown < SECONDS_PER_BAR) {
            return;
        }
        drawn = true;
        lastShown = seconds();
        int filled = (int) (BAR * Math.min(done, total) / total);
        String line = Texts.line(task) + " [" + "=".repeat(filled) + " ".repeat(BAR - filled) + "] " + figures;
        raw.print(ERASE + line.substring(0, Math.min(WIDTH, line.length())));
        raw.flush();
    }

    /// Removes the bar.
    void clear() {
        if (drawn) {
            raw.print(ERASE);
            raw.flush();
        }
        drawn = false;
        task = "";
    }

    @Override
    public void close() {
        clear();
    }

    // --- training --------------------------------------------------------------------------------------------------

    @Override
    public void estimated(double seconds, double imagesPerSecond) {
        message("expected to take about " + Texts.duration(seconds) + ", at " + Math.round(imagesPerSecond)
                + " images/s");
    }

    /// The folder of the run that was started last.
    Optional<Path> run() {
        return run;
    }

    @Override
    public void started(Path folder, long step) {
        run = Optional.of(folder);
        message(step == 0 ? "training starts" : "training continues after step " + step);
    }

    @Override
    public void step(Step step) {
        String figures = String.format(Locale.ROOT,
                "loss %.4f  learning rate %.2g  %,.0f images/s  data wait %.1f %%  %s left", step.loss(),
                step.learningRate(), step.imagesPerSecond(), 100 * step.dataWait(), Texts.duration(step.secondsLeft()));
        if (bars) {
            long perEpoch = Math.max(1, step.steps() / Math.max(1, step.epochs()));
            begin("epoch " + step.epoch() + "/" + step.epochs(), 0);
            draw((step.step() - 1) % perEpoch + 1, perEpoch, figures);
        } else {
            message(String.format(Locale.ROOT, "step %d/%d  epoch %d/%d  %s", step.step(), step.steps(), step.epoch(),
                    step.epochs(), figures));
        }
    }

    @Override
    public void epoch(Epoch epoch) {
        String validation = epoch.top1Error().isEmpty()
                ? ""
                : String.format(Locale.ROOT, "  validation: top-1 error %s%s, loss %.4f",
                        Texts.percent(epoch.top1Error().getAsDouble()),
                        Text.top5(epoch.top5Error().orElseThrow(), Texts::percent),
                        epoch.validationLoss().orElseThrow());
        message(String.format(Locale.ROOT, "epoch %d/%d  loss %.4f%s  learning rate %.2g  %s", epoch.epoch(),
                epoch.epochs(), epoch.loss(), validation, epoch.learningRate(), Texts.duration(epoch.seconds())));
    }
}
