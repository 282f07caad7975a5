package net.alexnet.data.shard;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import net.alexnet.data.Dataset;
import net.alexnet.data.DatasetException;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.data.shard.PreparationListener.Stage;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Hashes;

/// Pictures whose bytes stand in both splits or in two classes: the one makes a validation too good, the other teaches
/// two answers.
///
/// Candidates are found by the 64 bits of hash in the indexes, sorted as plain numbers; their bytes decide.
final class Duplicates {
    private final Dataset source;
    private final ShardedImages training;
    private final int[] trainingOrder;
    private final ShardedImages validation;
    private final PreparationListener progress;
    private final BooleanSupplier stop;

    /// One of several equal pictures.
    ///
    /// @param index in its split of the source
    record Copy(Split split, int index, int label) {
        static final Comparator<Copy> IN_ORDER = Comparator.comparing(Copy::split).thenComparingInt(Copy::index);
    }

    /// @param training stored in the next parameter's order of the source's indices
    /// @param validation stored in the source's order
    /// @param stop asked between pictures whether to give up
    Duplicates(
            Dataset source,
            ShardedImages training,
            int[] trainingOrder,
            ShardedImages validation,
            PreparationListener progress,
            BooleanSupplier stop) {
        this.source = source;
        this.training = training;
        this.trainingOrder = trainingOrder.clone();
        this.validation = validation;
        this.progress = progress;
        this.stop = stop;
    }

    /// Groups of two or more equal pictures, each in the source's order; nothing if it was stopped.
    Optional<List<List<Copy>>> find() throws DatasetException {
        List<List<Copy>> candidates = candidates().stream().filter(Duplicates::misplaced).toList();
        long total = candidates.stream().mapToLong(List::size).sum();
        long compared = 0;
        List<List<Copy>> groups = new ArrayList<>();
        for (List<Copy> alike : candidates) {
            Map<String, List<Copy>> equal = new LinkedHashMap<>();
            for (Copy copy : alike) {
                if (stop.getAsBoolean()) {
                    return Optional.empty();
                }
                progress.report(Stage.COMPARING, compared++, total);
                equal.computeIfAbsent(sha256(copy), _ -> new ArrayList<>()).add(copy);
            }
            equal.values().stream().filter(Duplicates::misplaced).forEach(groups::add);
        }
        groups.forEach(group -> group.sort(Copy.IN_ORDER));
        groups.sort(Comparator.comparing(List::getFirst, Copy.IN_ORDER));
        return Optional.of(groups);
    }

    private Collection<List<Copy>> candidates() {
        long[] repeated = repeated();
        Map<Long, List<Copy>> groups = new HashMap<>();
        if (repeated.length > 0) {
            gather(groups, repeated, Split.TRAINING, training, trainingOrder);
            gather(groups, repeated, Split.VALIDATION, validation, ShuffledOrder.ofSource(source.validation().size()));
        }
        return groups.values();
    }

    /// The hashes that occur more than once, sorted.
    private long[] repeated() {
        long[] hashes = new long[training.size() + validation.size()];
        for (int i = 0; i < hashes.length; i++) {
            int beyond = i - training.size();
            hashes[i] = beyond < 0 ? training.sourceHash(i) : validation.sourceHash(beyond);
        }
        Arrays.sort(hashes);
        int count = 0;
        for (int i = 1; i < hashes.length; i++) {
            if (hashes[i] == hashes[i - 1] && (count == 0 || hashes[count - 1] != hashes[i])) {
                hashes[count++] = hashes[i];
            }
        }
        return Arrays.copyOf(hashes, count);
    }

    private static void gather(
            Map<Long, List<Copy>> groups, long[] repeated, Split split, ShardedImages images, int[] order) {
        for (int i = 0; i < images.size(); i++) {
            long hash = images.sourceHash(i);
            if (Arrays.binarySearch(repeated, hash) >= 0) {
                groups.computeIfAbsent(hash, _ -> new ArrayList<>())
                        .add(new Copy(split, order[images.key(i)], images.label(i)));
            }
        }
    }

    private static boolean misplaced(List<Copy> group) {
        Set<List<Object>> places = new HashSet<>();
        group.forEach(copy -> places.add(List.of(copy.split, copy.label)));
        return places.size() > 1;
    }

    private String sha256(Copy copy) throws DatasetException {
        ImageDataset set = copy.split == Split.TRAINING ? source.training() : source.validation();
        try {
            return Hashes.hex(set.content(copy.index).bytes());
        } catch (IOException e) {
            throw gone(set.name(copy.index), AtomicFiles.reason(e), e);
        } catch (UnreadableImageException e) {
            throw gone(set.name(copy.index), String.valueOf(e.getMessage()), e);
        }
    }

    private static DatasetException gone(String name, String reason, Exception e) {
        return new DatasetException(name + " could be read a moment ago, but not any more: " + reason
                + ". The same command goes on once it can be read", e);
    }
}
