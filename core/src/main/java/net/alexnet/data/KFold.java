package net.alexnet.data;

import module java.base;

/// One part of a k-fold cross-validation. All pictures of a dataset, of both of its parts, are dealt into folds class by
/// class, in the order of the draws that [TrainValidationSplit] makes. One fold is for validation, the others are for
/// training.
///
/// The fold of a picture does not depend on the order of the dataset. Each class continues dealing where the one before
/// ended, so that the sizes of the folds differ by one at most, and so do the numbers of each class in them.
///
/// @param number which fold is for validation, from 1
/// @param of how many folds there are, at least 2
/// @param seed of the draws
public record KFold(int number, int of, long seed) {
    public KFold {
        if (of < 2 || number < 1 || number > of) {
            throw new IllegalArgumentException(
                    "a fold must be 1 to the number of folds, which is at least 2; found " + number + " of " + of);
        }
    }

    /// The dataset with this split.
    ///
    /// @throws DatasetException if a class has fewer pictures than there are folds
    public Dataset of(Dataset dataset) throws DatasetException {
        ImageDataset whole = ImageDataset.concat(List.of(dataset.training(), dataset.validation()));
        int[] folds = folds(dataset, whole);
        String split = "fold " + number + " of " + of
                + ", dealt class by class by a draw from each picture's path (seed "
                + seed + ")";
        return new Dataset(dataset.name(), dataset.classes(),
                whole.subset(i -> folds[i] != number), whole.subset(i -> folds[i] == number), split,
                dataset.synsets());
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
