package net.alexnet.data.loader;

import module java.base;

/// The batches of training from any position on, epoch after epoch without end. Every picture appears once in an epoch;
/// the last step of an epoch has fewer where the set does not divide evenly.
///
/// With many ranks a step's pictures are those of the single rank's batch, cut into as many parts: the ranks' parts are
/// disjoint, cover the set, and every rank takes the same number of steps. So two ranks of 64 pictures train like one of
/// 128. In the last step of an epoch a rank may have no picture.
///
/// A rank's part of a step is planned as one or more micro-batches, which it computes one after the other; the last one may be
/// smaller. They have the pictures and the crops that the whole has.
public final class TrainingSampler implements Iterator<BatchIndices> {
    private final Pictures images;
    private final int batch;
    private final int microBatch;
    private final Augmentation augmentation;
    private final long seed;
    private final Rank rank;
    private int epoch;
    private int number;
    private int done; // pictures of the step that this rank has planned
    private int[] order;

    /// What is trained on.
    ///
    /// @param count how many pictures the set has, at least 1
    /// @param resize the side of each, in pixels
    /// @param crop the side of the network's input, at most `resize`
    /// @param order in which an epoch visits them
    public record Pictures(int count, int resize, int crop, EpochShuffle order) {}

    /// Plans whole steps from a position on.
    ///
    /// @param batch pictures in a step, over all ranks, at least 1
    /// @param rank as for the other constructor, like the parameters after it
    public TrainingSampler(
            Pictures images, int batch, Augmentation augmentation, long seed, Rank rank, int epoch, int number) {
        this(images, batch, batch, augmentation, seed, rank, epoch, number);
    }

    /// Plans from a position on.
    ///
    /// @param batch pictures in a step, over all ranks, at least 1
    /// @param microBatch the most pictures that a rank computes at a time, at least 1
    /// @param rank whose part of each step is planned
    /// @param epoch the epoch to begin in, from 0
    /// @param number the batch of that epoch to begin with; the number of batches means the first batch of the next epoch
    public TrainingSampler(
            Pictures images, int batch, int microBatch, Augmentation augmentation, long seed, Rank rank, int epoch,
            int number) {
        int batches = batches(images.count, batch);
        if (epoch < 0 || number < 0 || number > batches) {
            throw new IllegalArgumentException("there is no batch " + number + " of epoch " + epoch + ": "
                    + images.count + " pictures make " + batches + " batches of " + batch);
        }
        if (microBatch < 1) {
            throw new IllegalArgumentException("a micro-batch needs at least one picture, found " + microBatch);
        }
        this.images = images;
        this.batch = batch;
        this.microBatch = microBatch;
        this.augmentation = augmentation;
        this.seed = seed;
        this.rank = rank;
        this.epoch = epoch;
        this.number = number;
        this.order = images.order.of(images.count, seed, epoch);
    }

    /// How many batches make an epoch.
    public static int batches(int images, int batch) {
        if (images < 1 || batch < 1) {
            throw new IllegalArgumentException("batches need at least one picture each and one in all; found "
                    + images + " pictures and a batch size of " + batch);
        }
        return Math.ceilDiv(images, batch);
    }

    /// Always true.
    @Override
    public boolean hasNext() {
        return true;
    }

    @Override
    public BatchIndices next() {
        if (number == batches(images.count, batch)) {
            epoch++;
            number = 0;
            order = images.order.of(images.count, seed, epoch);
        }
        int from = number * batch;
        int count = Math.min(images.count - from, batch);
        int first = rank.begin(count) + done;
        int end = Math.min(rank.end(count), first + microBatch);
        boolean last = end == rank.end(count);
        List<BatchIndices.Input> inputs = new ArrayList<>();
        for (int i = from + first; i < from + end; i++) {
            inputs.add(augmentation.input(seed, epoch, order[i], images.resize, images.crop));
        }
        BatchIndices planned = new BatchIndices(epoch, number, inputs, count, first, last);
        done = last ? 0 : done + inputs.size();
        number += last ? 1 : 0;
        return planned;
    }
}
