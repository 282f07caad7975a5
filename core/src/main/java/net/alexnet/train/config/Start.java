package net.alexnet.train.config;

import net.alexnet.nn.Architecture;

/// What a run starts from: fresh weights, or a trained network.
public sealed interface Start permits Start.FromScratch, FineTuneConfig {
    /// Fresh weights; every layer learns at the same rate.
    record FromScratch() implements Start {}

    /// How many rows at the beginning of the network are frozen: the index of the first row that a training step computes.
    default int frozenRows(Architecture network) {
        return 0;
    }

    /// A layer's factor on the learning rate; 0 if it is frozen.
    ///
    /// @param layer the name of a layer with weights
    default double learningRateFactor(Architecture network, String layer) {
        return 1;
    }

    /// Where a model comes from, for its model card.
    ///
    /// @param recipe the recipe's name
    default String origin(String recipe) {
        return "trained as " + recipe;
    }
}
