package net.alexnet.input;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import net.alexnet.image.Preprocessing;
import net.alexnet.image.View;

/// The batches of training from any position on, epoch after epoch without end. Every picture appears once in an epoch;
/// the last batch of an epoch is smaller where the set does not divide evenly.
public final class TrainingPlan implements Iterator<BatchPlan> {
    private final int pictures;
    private final int batchSize;
    private final Preprocessing preprocessing;
    private final Augmentation augmentation;
    private final long seed;
    private int epoch;
    private int number;
    private int[] order;

    /// Plans from a position on.
    ///
    /// @param pictures how many the set has, at least 1
    /// @param batchSize at least 1
    /// @param epoch the epoch to begin in, from 0
    /// @param number the batch of that epoch to begin with; the number of batches itself means the next epoch's first
    public TrainingPlan(
            int pictures,
            int batchSize,
            Preprocessing preprocessing,
            Augmentation augmentation,
            long seed,
            int epoch,
            int number) {
        int batches = batches(pictures, batchSize);
        if (epoch < 0 || number < 0 || number > batches) {
            throw new IllegalArgumentException("there is no batch " + number + " of epoch " + epoch + ": " + pictures
                    + " pictures make " + batches + " batches of " + batchSize);
        }
        this.pictures = pictures;
        this.batchSize = batchSize;
        this.preprocessing = preprocessing;
        this.augmentation = augmentation;
        this.seed = seed;
        this.epoch = epoch;
        this.number = number;
        this.order = EpochOrder.of(pictures, seed, epoch);
    }

    /// How many batches make an epoch.
    public static int batches(int pictures, int batchSize) {
        if (pictures < 1 || batchSize < 1) {
            throw new IllegalArgumentException("batches need at least one picture each and one in all; found "
                    + pictures + " pictures and a batch size of " + batchSize);
        }
        return Math.ceilDiv(pictures, batchSize);
    }

    /// Always true.
    @Override
    public boolean hasNext() {
        return true;
    }

    @Override
    public BatchPlan next() {
        if (number == batches(pictures, batchSize)) {
            epoch++;
            number = 0;
            order = EpochOrder.of(pictures, seed, epoch);
        }
        List<BatchPlan.Input> inputs = new ArrayList<>();
        int from = number * batchSize;
        for (int i = from; i < Math.min(pictures, (long) from + batchSize); i++) {
            View view = augmentation.view(seed, epoch, order[i], preprocessing.resize(), preprocessing.crop());
            inputs.add(new BatchPlan.Input(order[i], view));
        }
        return new BatchPlan(epoch, number++, inputs);
    }
}
