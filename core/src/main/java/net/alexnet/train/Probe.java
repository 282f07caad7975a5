package net.alexnet.train;

import net.alexnet.tensor.Backend;
import net.alexnet.train.config.Recipe;

/// Tries how fast a recipe's network trains on this machine, before the run.
public final class Probe {
    /// The first step pays for what is made once.
    private static final int STEPS = 3;

    private Probe() {}

    /// Pictures per second, from a few steps on noise; everything made for it is freed.
    public static double picturesPerSecond(Recipe recipe, Backend backend) {
        try (Workload workload = new Workload(recipe.network(), recipe.batch(), 1, backend)) {
            double best = 0;
            for (int step = 0; step < STEPS; step++) {
                best = Math.max(best, recipe.batch() / workload.train());
            }
            return best;
        }
    }
}
