package net.alexnet.data.loader;

import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Tensor;

/// What one step of training learns from, or a micro-batch of it: pictures, or what frozen layers have made of them.
public interface Batch {
    /// How many there are.
    int count();

    /// How many the step has over all ranks.
    int total();

    /// The place of the first of them among those of the step over all ranks. An example's dropout masks belong to its place,
    /// however the step is cut into micro-batches and ranks.
    int first();

    /// Whether they are the last that this rank has of the step.
    boolean last();

    /// The class of each.
    int[] labels();

    /// The input of the first layer that is computed, `(count, …)`. It is asked for once, before the source is asked for the
    /// next examples, and belongs to the scope that is open.
    Tensor on(Backend backend);
}
