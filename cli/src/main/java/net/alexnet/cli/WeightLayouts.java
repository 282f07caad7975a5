package net.alexnet.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import net.alexnet.interop.WeightLayout;
import net.alexnet.train.config.DidYouMean;

/// The values of `--net`.
final class WeightLayouts {
    private static final List<String> KNOWN = Arrays.stream(WeightLayout.values()).map(WeightLayout::key).toList();

    private WeightLayouts() {}

    /// @throws UsageException if there is none of this name; it names the nearest
    static WeightLayout named(String text) {
        String key = text.toLowerCase(Locale.ROOT);
        return WeightLayout.of(key).orElseThrow(() -> new UsageException("--net " + text + " is not known; "
                + DidYouMean.to(key, KNOWN).map(near -> "did you mean " + near + "? ").orElse("") + "Known: "
                + String.join(", ", KNOWN)));
    }
}
