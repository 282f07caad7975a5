package net.alexnet.input;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import net.alexnet.image.Preprocessing;
import net.alexnet.image.View;

/// The batches of an evaluation: every picture once, in the set's order, its middle as it is. The last batch is smaller
/// where the set does not divide evenly.
public final class EvaluationPlan implements Iterator<BatchPlan> {
    private final int pictures;
    private final int batchSize;
    private final View view;
    private int number;

    /// Plans from the first batch on.
    ///
    /// @param pictures how many the set has; none makes no batch
    /// @param batchSize at least 1
    public EvaluationPlan(int pictures, int batchSize, Preprocessing preprocessing) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("the batch size must be at least 1, found " + batchSize);
        }
        this.pictures = pictures;
        this.batchSize = batchSize;
        this.view = View.center(preprocessing.resize(), preprocessing.crop());
    }

    @Override
    public boolean hasNext() {
        return number < Math.ceilDiv(pictures, batchSize);
    }

    @Override
    public BatchPlan next() {
        if (!hasNext()) {
            throw new NoSuchElementException("all " + pictures + " pictures have been planned");
        }
        List<BatchPlan.Input> inputs = new ArrayList<>();
        int from = number * batchSize;
        for (int i = from; i < Math.min(pictures, (long) from + batchSize); i++) {
            inputs.add(new BatchPlan.Input(i, view));
        }
        return new BatchPlan(0, number++, inputs);
    }
}
