package net.alexnet.io;

import module java.base;

/// Suggests a known word for a misspelled one.
public final class DidYouMean {
    private DidYouMean() {}

    /// The word at the smallest edit distance, if it is at most half the length of the given word, or 1.
    public static Optional<String> to(String given, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt((String word) -> distance(given, word))
                        .thenComparing(Comparator.naturalOrder()))
                .filter(word -> distance(given, word) <= Math.max(1, given.length() / 2));
    }

    /// `did you mean 'WORD'? ` for the nearest word; empty if none is near.
    public static String question(String given, Collection<String> known) {
        return to(given, known).map(word -> "did you mean '" + word + "'? ").orElse("");
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
