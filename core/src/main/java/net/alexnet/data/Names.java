package net.alexnet.data;

import java.util.List;

/// Names in messages.
final class Names {
    private static final int SHOWN = 20;

    private Names() {}

    /// The names with commas between them; of very many, the first and how many more there are.
    static String listed(List<String> names) {
        return names.size() <= SHOWN
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, SHOWN)) + " and " + (names.size() - SHOWN) + " more";
    }
}
