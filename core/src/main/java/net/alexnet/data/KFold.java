package net.alexnet.data;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// One part of a cross-validation: all pictures of a collection, its own split aside, are dealt into folds, class by class,
/// in the order of the draws that [TrainValidationSplit] makes; one of the folds judges, the others teach.
///
/// A picture's place does not depend on the order of the set. Where one class ends the next goes on dealing, so that the
/// folds' sizes differ by one at most, and so do the numbers of each class in them.
///
/// @param number which fold judges, from 1
/// @param of how many folds there are, at least 2
/// @param seed of the draws
public record KFold(int number, int of, long seed) {
    public KFold {
        if (of < 2 || number < 1 || number > of) {
            throw new IllegalArgumentException(
                    "a fold must be 1 to the number of folds, which is at least 2; found " + number + " of " + of);
        }
    }

    /// The collection with this split.
    ///
    /// @throws DatasetException if a class has fewer pictures than there are folds
    public Dataset of(Dataset dataset) throws DatasetException {
        ImageDataset whole = ImageDataset.concat(List.of(dataset.training(), dataset.validation()));
        int[] folds = folds(dataset, whole);
        String split = "fold " + number + " of " + of
                + ", dealt class by class by a draw from each picture's path (seed "
                + seed + ")";
        return new Dataset(dataset.name(), dataset.classes(),
                whole.subset(where(folds, false)), whole.subset(where(folds, true)), split,
                dataset.synsets());
    }

    private int[] where(int[] folds, boolean judging) {
        return IntStream.range(0, folds.length).filter(i -> folds[i] == number == judging).toArray();
    }

    /// The fold of each picture, from 1.
    private int[] folds(Dataset dataset, ImageDataset whole) throws DatasetException {
        int[] folds = new int[whole.size()];
        int dealt = 0;
        for (int label = 0; label < whole.classes().size(); label++) {
            int wanted = label;
            List<Integer> members = IntStream.range(0, whole.size())
                    .filter(i -> whole.label(i) == wanted)
                    .boxed()
                    .sorted(Comparator.<Integer>comparingLong(i -> TrainValidationSplit.draw(seed, whole.name(i)))
                            .thenComparing(whole::name))
                    .toList();
            if (members.size() < of) {
                throw new DatasetException(dataset.name() + " has " + members.size() + " pictures of "
                        + whole.classes().get(label) + ", too few for " + of
                        + " folds: each needs at least one. Take fewer folds, or add pictures");
            }
            for (int image : members) {
                folds[image] = dealt++ % of + 1;
            }
        }
        return folds;
    }
}
