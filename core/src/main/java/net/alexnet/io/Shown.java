package net.alexnet.io;

import java.util.Collection;
import java.util.stream.Collectors;

/// What stands in an error of many things: enough of them to tell which file it is, and no more than fits a screen.
public final class Shown {
    private static final int MOST = 40;

    private Shown() {}

    /// The first ones, with commas between, and how many more there are.
    public static String few(Collection<String> texts) {
        String first = texts.stream().limit(MOST).collect(Collectors.joining(", "));
        return texts.size() <= MOST ? first : first + " and " + (texts.size() - MOST) + " more";
    }
}
