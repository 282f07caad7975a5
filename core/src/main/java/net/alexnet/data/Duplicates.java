package net.alexnet.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Finds images whose source bytes are in both splits or in two classes: the first makes the validation error too good,
/// the second teaches two answers. Images are the same if the 64 bits of SHA-256 in the indexes are.
final class Duplicates {
    private Duplicates() {}

    /// One of several equal images.
    ///
    /// @param index in its split of the source
    record Copy(Split split, int index, int label) {
        static final Comparator<Copy> IN_ORDER = Comparator.comparing(Copy::split).thenComparingInt(Copy::index);
    }

    /// Groups of two or more equal images, each in the order of the source.
    ///
    /// @param trainingOrder the index in the source of each place in the order of storing
    /// @param validation stored in the order of the source
    static List<List<Copy>> find(StoredImages training, int[] trainingOrder, StoredImages validation) {
        long[] repeated = repeated(training, validation);
        Map<Long, List<Copy>> groups = new TreeMap<>();
        for (Split split : Split.values()) {
            StoredImages images = split == Split.TRAINING ? training : validation;
            for (int i = 0; i < images.size() && repeated.length > 0; i++) {
                ShardIndex.Entry entry = images.entry(i);
                if (Arrays.binarySearch(repeated, entry.sourceHash()) >= 0) {
                    int index = split == Split.TRAINING ? trainingOrder[entry.key()] : entry.key();
                    groups.computeIfAbsent(entry.sourceHash(), _ -> new ArrayList<>())
                            .add(new Copy(split, index, entry.label()));
                }
            }
        }
        groups.values().forEach(group -> group.sort(Copy.IN_ORDER));
        return groups.values().stream().filter(Duplicates::misplaced)
                .sorted(Comparator.comparing(List::getFirst, Copy.IN_ORDER)).toList();
    }

    /// The hashes that occur more than once, sorted.
    private static long[] repeated(StoredImages training, StoredImages validation) {
        long[] hashes = new long[training.size() + validation.size()];
        Arrays.setAll(hashes, i -> i < training.size()
                ? training.entry(i).sourceHash()
                : validation.entry(i - training.size()).sourceHash());
        Arrays.sort(hashes);
        int count = 0;
        for (int i = 1; i < hashes.length; i++) {
            if (hashes[i] == hashes[i - 1] && (count == 0 || hashes[count - 1] != hashes[i])) {
                hashes[count++] = hashes[i];
            }
        }
        return Arrays.copyOf(hashes, count);
    }

    private static boolean misplaced(List<Copy> group) {
        Set<List<Object>> places = new HashSet<>();
        group.forEach(copy -> places.add(List.of(copy.split, copy.label)));
        return places.size() > 1;
    }
}
