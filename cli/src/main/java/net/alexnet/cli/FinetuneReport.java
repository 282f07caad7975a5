package net.alexnet.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.inference.TopKErrors.Report;
import net.alexnet.train.RunFolder;
import net.alexnet.train.Trainer.Outcome;
import org.jspecify.annotations.Nullable;

/// How a run of fine-tuning ended. Its result is its best epoch, where early stopping would have had it end; that figure was
/// chosen on the pictures that it is about, so the last epoch's stands beside it.
///
/// @param folder of the run
/// @param outcome of the loop
record FinetuneReport(RunFolder folder, Outcome outcome) {
    boolean finished() {
        return outcome.finished();
    }

    /// The top-1 error of the best epoch, a fraction; infinite before the first validation.
    double best() {
        return outcome.state().schedule().best();
    }

    /// The top-1 error of the last epoch, a fraction.
    double last() {
        return outcome.state().error().orElse(Double.POSITIVE_INFINITY);
    }

    Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("run", folder.path().toString());
        object.put("epochs", outcome.state().epoch());
        object.put("steps", outcome.state().step());
        object.put("finished", outcome.finished());
        object.put("stopped_early", outcome.state().schedule().finished());
        object.put("examples_per_second", outcome.imagesPerSecond());
        object.put("best_top1_error", finite(best()));
        object.put("last_top1_error", finite(last()));
        object.put("validation_n", outcome.report().map(Report::n).orElse(null));
        return object;
    }

    private static @Nullable Double finite(double error) {
        return Double.isFinite(error) ? error : null;
    }

    List<String> lines() {
        if (!Double.isFinite(best())) {
            return List.of("run: " + folder.path());
        }
        String pictures = outcome.report().map(report -> " on " + report.n() + " pictures").orElse("");
        String figure = "top-1 error " + Text.percent(best()) + pictures
                + " in the best epoch, chosen by these pictures; "
                + Text.percent(last()) + " after the last, epoch " + outcome.state().epoch()
                + (outcome.state().schedule().finished() ? ", where it stopped early" : "");
        return finished()
                ? List.of(figure, "run: " + folder.path(), "use it: ./alexnet classify " + folder.path() + " PICTURE")
                : List.of(figure, "run: " + folder.path());
    }

    String goOn() {
        return "stopped after step " + outcome.state().step() + " and saved; go on with: ./alexnet train --resume "
                + folder.path();
    }
}
