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

    /// The dialect that tensors' names are of.
    ///
    /// @throws MisuseException if they are of none or of several
    static Dialect of(List<String> names) {
        List<Dialect> fitting = Dialect.of(names);
        if (fitting.size() == 1) {
            return fitting.getFirst();
        }
        throw new MisuseException(fitting.isEmpty()
                ? "the tensors' names are nobody's that is known: " + String.join(", ", names)
                        + ". Say whose they should be with --net " + String.join("|", KNOWN)
                : "the tensors' names do not tell whose they are; say --net "
                        + String.join(" or --net ", fitting.stream().map(Dialect::key).toList()));
    }
}
