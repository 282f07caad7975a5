package net.alexnet;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import net.alexnet.data.ProgressListener;
import net.alexnet.inference.Views;
import net.alexnet.io.CacheFolder;
import net.alexnet.report.HtmlReport;
import net.alexnet.tensor.Precision;
import net.alexnet.train.ModelFile.Which;

/// What computes, with how much of the machine, and where caches are; the same for classifying, training and evaluating.
/// A value: each method returns a changed copy.
///
/// ```java
/// ImageClassifier.load(model, Options.defaults().device("cpu").threads(2));
/// ```
///
/// @param device `auto` for the fastest device, `cpu`, `cuda`, `cuda:N`, `mps`, or `reference` for plain Java loops
/// @param threads that compute on a CPU and that decode pictures, 1 to 1024
/// @param checkpoint which of a run's checkpoints is loaded
/// @param views of each picture over whose probabilities or features a classifier averages: 1, the center, or 10, the
///     four corners, the center and their mirror images (§4.1 of the paper)
/// @param precision of products and maps where a model is used; bfloat16 is faster on CPUs with units for it (AMX), and
///     changes probabilities a little. Training has its own, in the recipe
/// @param cache the folder of all caches
public record Options(String device, int threads, Which checkpoint, int views, Precision precision, Path cache) {
    public Options {
        if (threads < 1 || threads > 1024) {
            throw new IllegalArgumentException("threads must be 1 to 1024, found " + threads);
        }
        if (views != 1 && views != 10) {
            throw new IllegalArgumentException("views must be 1 or 10, found " + views);
        }
    }

    /// The fastest device, all cores, a run's result, one view, and the user's cache folder: `$XDG_CACHE_HOME/alexnet` or
    /// `~/.cache/alexnet`.
    public static Options defaults() {
        return new Options("auto", Math.min(1024, Runtime.getRuntime().availableProcessors()), Which.LAST, 1,
                Precision.FLOAT32, CacheFolder.ofUser().root());
    }

    public Options device(String name) {
        return new Options(name, threads, checkpoint, views, precision, cache);
    }

    public Options threads(int count) {
        return new Options(device, count, checkpoint, views, precision, cache);
    }

    public Options checkpoint(Which which) {
        return new Options(device, threads, which, views, precision, cache);
    }

    public Options views(int count) {
        return new Options(device, threads, checkpoint, count, precision, cache);
    }

    public Options precision(Precision chosen) {
        return new Options(device, threads, checkpoint, views, chosen, cache);
    }

    public Options cache(Path folder) {
        return new Options(device, threads, checkpoint, views, precision, folder);
    }

    CacheFolder caches() {
        return new CacheFolder(cache);
    }

    /// What making a run's page needs.
    ///
    /// @param stop polled; true to give up
    public HtmlReport.Resources reporting(ProgressListener listener, BooleanSupplier stop) {
        return new HtmlReport.Resources(device, threads, caches(), listener, stop);
    }

    Views chosenViews() {
        return views == 1 ? Views.CENTER : Views.TEN;
    }
}
