package net.alexnet.io;

import module java.base;

/// Texts for messages.
public final class Texts {
    private Texts() {}

    /// A number and what is counted: `1 picture`, `1,234 pictures`.
    ///
    /// @param one the singular of a noun whose plural ends in s
    public static String count(long number, String one) {
        return String.format(Locale.ROOT, "%,d %s%s", number, one, number == 1 ? "" : "s");
    }

    /// Texts with commas between them: the first `most`, and how many more there are.
    public static String listed(Collection<String> texts, int most) {
        String first = texts.stream().limit(most).collect(Collectors.joining(", "));
        return texts.size() <= most ? first : first + " and " + (texts.size() - most) + " more";
    }
}
