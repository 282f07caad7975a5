package net.alexnet.data;

import module java.base;
import net.alexnet.data.StoredShard.Entry;

/// Finds images whose source bytes are in both splits or in two classes: the first makes the validation error too low,
/// the second teaches two answers. Images are the same if the 64 bits of SHA-256 in the indexes are.
final class Duplicates {
    private final Set<Long> repeated = new HashSet<>();
    private final Map<Long, List<Copy>> groups = new HashMap<>();

    private Duplicates() {}

    /// One of several equal images.
    ///
    /// @param index in its split of the source
    record Copy(Split split, int index, int label) {
        static final Comparator<Copy> IN_ORDER = Comparator.comparing(Copy::split).thenComparingInt(Copy::index);

        private boolean isInSamePlace(Copy other) {
            return split == other.split && label == other.label;
        }
    }

    /// Groups of two or more equal images, each in the order of the source.
    ///
    /// @param trainingOrder the index in the source of each place in the order of storing
    /// @param validation stored in the order of the source
    static List<List<Copy>> find(List<StoredShard> training, int[] trainingOrder, List<StoredShard> validation) {
        Duplicates found = new Duplicates();
        long[] hashes = Stream.concat(entries(training), entries(validation)).mapToLong(Entry::sourceHash)
                .sorted().toArray();
        for (int i = 1; i < hashes.length; i++) {
            if (hashes[i] == hashes[i - 1]) {
                found.repeated.add(hashes[i]);
            }
        }
        if (!found.repeated.isEmpty()) {
            found.collect(Split.TRAINING, training, key -> trainingOrder[key]);
            found.collect(Split.VALIDATION, validation, key -> key);
        }
        found.groups.values().forEach(group -> group.sort(Copy.IN_ORDER));
        return found.groups.values().stream()
                .filter(group -> !group.stream().allMatch(group.getFirst()::isInSamePlace))
                .sorted(Comparator.comparing(List::getFirst, Copy.IN_ORDER)).toList();
    }

    /// The hash of each image's source bytes, in the order of storing.
    static long[] sourceHashes(List<StoredShard> shards) {
        return entries(shards).mapToLong(Entry::sourceHash).toArray();
    }

    private static Stream<Entry> entries(List<StoredShard> shards) {
        return shards.stream().flatMap(shard -> IntStream.range(0, shard.size()).mapToObj(shard::entry));
    }

    private void collect(Split split, List<StoredShard> shards, IntUnaryOperator index) {
        entries(shards).filter(entry -> repeated.contains(entry.sourceHash()))
                .forEach(entry -> groups.computeIfAbsent(entry.sourceHash(), _ -> new ArrayList<>())
                        .add(new Copy(split, index.applyAsInt(entry.key()), entry.label())));
    }
}
