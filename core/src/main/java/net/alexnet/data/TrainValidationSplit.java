package net.alexnet.data;

import module java.base;
import net.alexnet.tensor.Check;
import net.alexnet.tensor.CounterRng;
import net.alexnet.tensor.CounterRng.Purpose;

/// Splits a dataset without a validation part, class by class: every picture draws 64 bits from the seed and its name,
/// and the share of each class with the lowest draws is held out. The draw does not depend on the other pictures, so
/// that few pictures change sides when some are added.
///
/// A class with two pictures or more has at least one in each part; a single picture is for training. With a share of 0,
/// all pictures are for training.
///
/// @param fraction the share of each class that is held out, at least 0 and below 1
/// @param seed of the draws
public record TrainValidationSplit(double fraction, long seed) {
    public TrainValidationSplit {
        Check.that(fraction >= 0 && fraction < 1, "the share held out for validation", fraction,
                "at least 0 and below 1");
    }

    /// A set in two.
    ///
    /// @param training the images that are not held out
    /// @param validation the images that are held out
    public record Parts(ImageDataset training, ImageDataset validation) {}

    /// Splits a set; each part keeps the set's order.
    public Parts split(ImageDataset set) {
        boolean[] heldOut = new boolean[set.size()];
        long[] draws = IntStream.range(0, set.size()).mapToLong(i -> draw(seed, set.name(i))).toArray();
        Comparator<Integer> lowestFirst = Comparator.<Integer>comparingLong(i -> draws[i])
                .thenComparing(Comparator.naturalOrder());
        IntStream.range(0, set.size()).boxed().collect(Collectors.groupingBy(set::label)).values()
                .forEach(members -> members.stream().sorted(lowestFirst).limit(share(members.size()))
                        .forEach(i -> heldOut[i] = true));
        return new Parts(set.subset(i -> !heldOut[i]), set.subset(i -> heldOut[i]));
    }

    /// A dataset of images that have no validation part.
    ///
    /// @param name where they come from
    /// @param advice what to do where none can be held out, for the message; may be empty
    /// @throws DatasetException if a share is to be held out, and no class has two images
    Dataset dataset(String name, ImageDataset images, String advice) throws DatasetException {
        Parts parts = split(images);
        if (fraction > 0 && parts.validation().size() == 0) {
            throw new DatasetException(name + " has no class with two pictures, so none can be held out for validation"
                    + advice);
        }
        return new Dataset(name, images.classes(), parts.training(), parts.validation(), sentence() + ".");
    }

    /// The rule in words, for a report.
    public String sentence() {
        return fraction == 0
                ? "all are for training, and none are held out for validation"
                : "%s %% of each class held out for validation by a draw from each picture's path (seed %d)"
                        .formatted(percent(), seed);
    }

    private String percent() {
        double percent = Math.round(fraction * 1e4) / 100.0;
        return percent == Math.rint(percent) ? String.valueOf((long) percent) : String.valueOf(percent);
    }

    private int share(int size) {
        return size < 2 || fraction == 0 ? 0 : Math.clamp(Math.round(size * fraction), 1, size - 1);
    }

    /// What a picture of this name draws.
    static long draw(long seed, String name) {
        long hash = 0xCBF29CE484222325L; // FNV-1a, 64 bits
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
        }
        return CounterRng.bits(seed, Purpose.SPLIT, hash);
    }
}
