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
import net.alexnet.data.RejectedImage;
import net.alexnet.train.RunListener;
import net.alexnet.train.checkpoint.TrainingState;
import net.alexnet.train.config.Recipe;

/// Shows on standard error how a job goes: a bar per epoch on a terminal, lines of text in a log, or nothing but warnings.
final class ConsoleProgress implements RunListener, AutoCloseable {
    private static final long LINE_EVERY_NANOS = 10_000_000_000L; // of a stage, where there is no bar

    private final PrintWriter err;
    private final PrintWriter raw;
    private final boolean bars;
    private final boolean lines;
    private Optional<ProgressBar> bar = Optional.empty();
    private String barName = "";
    private Optional<Stage> stage = Optional.empty();
    private Speed speed = new Speed(System::nanoTime, 0);
    private long lastLine;

    ConsoleProgress(Terminal terminal, ProgressMode mode) {
        this.err = terminal.err();
        this.raw = terminal.raw();
        this.bars = mode == ProgressMode.AUTO && terminal.watched();
        this.lines = bars || mode == ProgressMode.PLAIN;
    }

    /// Whether there is a user who follows.
    boolean follows() {
        return lines;
    }

    @Override
    public void note(String text) {
        say(text);
    }

    /// A line for a user who follows.
    void say(String text) {
        if (lines) {
            clear();
            err.println(text);
        }
    }

    @Override
    public void preparing(String what, int done, int total) {
        bar("reading " + what + " pictures", done, total, "");
        if (done == total) {
            clear();
        }
    }

    @Override
    public void computing(String what, int done, int total) {
        bar("features of " + what + " pictures", done, total, "");
        if (done == total) {
            clear();
        }
    }

    @Override
    public void features(Path file, boolean reused) {
        say((reused ? "stored features, used again: " : "stored features: ") + file);
    }

    @Override
    public void report(Stage now, long done, long total) {
        long time = System.nanoTime();
        if (stage.isEmpty() || stage.get() != now) {
            stage = Optional.of(now);
            speed = new Speed(System::nanoTime, done);
            lastLine = time;
        }
        String name = switch (now) {
            case SCALING -> "scaling";
            case MEASURING -> "measuring colours";
            case COMPARING -> "comparing equal pictures";
            case VERIFYING -> "verifying";
        };
        String figures = String.format(Locale.ROOT, "%,.0f images/s  %s left", speed.perSecond(done),
                Text.duration(speed.secondsLeft(done, total)));
        if (bars) {
            bar(name, done, total, figures);
        } else if (time - lastLine >= LINE_EVERY_NANOS) {
            lastLine = time;
            say(String.format(Locale.ROOT, "%s %,d/%,d  %s", name, done, total, figures));
        }
    }

    /// A benchmark starts a round.
    ///
    /// @param done how many rounds are done, of `total`
    void measured(int done, int total) {
        if (bars) {
            bar("measuring", done, total, "");
        } else {
            say("round " + (done + 1) + "/" + total);
        }
    }

    /// Some of a file has arrived.
    void downloading(long done, OptionalLong total) {
        long time = System.nanoTime();
        String size = Text.bytes(done) + (total.isPresent() ? " of " + Text.bytes(total.getAsLong()) : "");
        if (bars && total.isPresent()) {
            bar("fetching", done, total.getAsLong(), size);
        } else if (time - lastLine >= LINE_EVERY_NANOS) {
            lastLine = time;
            say(size);
        }
    }

    @Override
    public void started(Recipe recipe, TrainingState state) {
        say(state.step() == 0 ? "training begins" : "training goes on after step " + state.step());
    }

    @Override
    public void step(StepRecord step) {
        if (bars) {
            long perEpoch = Math.max(1, step.steps() / Math.max(1, step.epochs()));
            bar("epoch " + step.epoch() + "/" + step.epochs(), (step.step() - 1) % perEpoch + 1, perEpoch,
                    figures(step));
        } else {
            say(String.format(Locale.ROOT, "step %d/%d  epoch %d/%d  %s", step.step(), step.steps(), step.epoch(),
                    step.epochs(), figures(step)));
        }
    }

    private static String figures(StepRecord step) {
        return String.format(
                Locale.ROOT,
                "loss %.4f  rate %.2g  %,.0f images/s  data wait %.1f %%  %s left",
                step.loss(),
                step.learningRate(),
                step.imagesPerSecond(),
                100 * step.waitShare(),
                Text.duration(step.secondsLeft()));
    }

    @Override
    public void validating(long done, long total) {
        bar("validating", done, total, "");
    }

    /// Features of some pictures are computed.
    void extracting(long done, long total) {
        bar("computing features", done, total, "");
    }

    @Override
    public void epoch(EpochRecord epoch) {
        say(String.format(
                Locale.ROOT,
                "epoch %d/%d  loss %.4f  validation: top-1 error %.2f %%, top-5 error %.2f %%, loss %.4f  rate %.2g  %s",
                epoch.epoch(),
                epoch.epochs(),
                epoch.loss(),
                100 * epoch.validation().top1Error(),
                100 * epoch.validation().top5Error(),
                epoch.validation().loss(),
                epoch.learningRate(),
                Text.duration(epoch.seconds())));
    }

    @Override
    public void warning(String text) {
        clear();
        err.println("warning: " + text);
    }

    /// These cannot be read, and are left out.
    void leftOut(List<RejectedImage> rejected) {
        rejected.forEach(one -> warning("left out " + one.name() + ": " + one.reason()));
    }

    @Override
    public void saved(Path checkpoint) {
        // a line for every epoch would say nothing new
    }

    private void bar(String name, long done, long total, String figures) {
        if (!bars) {
            return;
        }
        if (!name.equals(barName)) {
            clear();
            barName = name;
            bar = Optional.of(new ProgressBarBuilder()
                    .setTaskName(name)
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

    @Override
    public void close() {
        clear();
    }

    /// Takes the bar away.
    void clear() {
        bar.ifPresent(shown -> {
            shown.close();
            raw.print("\r\u001b[K");
            raw.flush();
        });
        bar = Optional.empty();
        barName = "";
    }
}
