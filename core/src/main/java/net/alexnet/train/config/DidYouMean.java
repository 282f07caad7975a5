package net.alexnet.train.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// The known word nearest to a misspelt one.
public final class DidYouMean {
    private DidYouMean() {}

    /// The word with the fewest insertions, deletions and replacements away, if those are at most half as many as the given
    /// one has letters, or just one.
    public static Optional<String> to(String given, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt((String word) -> distance(given, word))
                        .thenComparing(Comparator.naturalOrder()))
                .filter(word -> distance(given, word) <= Math.max(1, given.length() / 2));
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], row[j]));
            }
        }
        return row[b.length()];
    }
}
