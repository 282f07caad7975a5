package net.alexnet.io;

import java.util.Collection;
import java.util.stream.Collectors;

/// Texts for messages.
public final class Texts {
    private Texts() {}

    /// Texts with commas between them: the first `most`, and how many more there are.
    public static String listed(Collection<String> texts, int most) {
        String first = texts.stream().limit(most).collect(Collectors.joining(", "));
        return texts.size() <= most ? first : first + " and " + (texts.size() - most) + " more";
    }
}
