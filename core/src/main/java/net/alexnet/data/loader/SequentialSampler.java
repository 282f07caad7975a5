package net.alexnet.data.loader;

import module java.base;
import net.alexnet.data.image.Crop;

/// The batches of an evaluation: every picture once, in the set's order, its views next to each other in the order given.
/// A batch holds whole pictures; the last one is smaller where the set does not divide evenly.
public final class SequentialSampler implements Iterator<BatchIndices> {
    private final int images;
    private final int batchSize;
    private final List<Crop> views;
    private int number;

    /// Plans from the first batch on.
    ///
    /// @param images how many the set has; none makes no batch
    /// @param batchSize pictures in a batch, at least 1; it has `batchSize · views.size()` inputs
    /// @param views what the network sees of each picture, at least one
    public SequentialSampler(int images, int batchSize, List<Crop> views) {
        if (batchSize < 1 || views.isEmpty()) {
            throw new IllegalArgumentException("an evaluation needs at least one picture in a batch and one view of it,"
                    + " found " + batchSize + " and " + views.size());
        }
        this.images = images;
        this.batchSize = batchSize;
        this.views = List.copyOf(views);
    }

    @Override
    public boolean hasNext() {
        return number < Math.ceilDiv(images, batchSize);
    }

    @Override
    public BatchIndices next() {
        if (!hasNext()) {
            throw new NoSuchElementException("all " + images + " pictures have been planned");
        }
        List<BatchIndices.Input> inputs = new ArrayList<>();
        int from = number * batchSize;
        for (int i = from; i < Math.min(images, (long) from + batchSize); i++) {
            for (Crop view : views) {
                inputs.add(new BatchIndices.Input(i, view));
            }
        }
        return new BatchIndices(0, number++, inputs);
    }
}
