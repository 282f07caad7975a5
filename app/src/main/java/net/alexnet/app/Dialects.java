package net.alexnet.app;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import net.alexnet.exchange.Dialect;
import net.alexnet.recipe.Nearest;

/// The values of `--net`.
final class Dialects {
    private static final List<String> KNOWN = Arrays.stream(Dialect.values()).map(Dialect::key).toList();

    private Dialects() {}

    /// @throws MisuseException if there is none of this name; it names the nearest
    static Dialect named(String text) {
        String key = text.toLowerCase(Locale.ROOT);
        return Dialect.of(key).orElseThrow(() -> new MisuseException("--net " + text + " is not known; "
                + Nearest.to(key, KNOWN).map(near -> "did you mean " + near + "? ").orElse("") + "Known: "
                + String.join(", ", KNOWN)));
    }
}
