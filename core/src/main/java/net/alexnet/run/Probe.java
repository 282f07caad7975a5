package net.alexnet.run;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import net.alexnet.net.DropoutMasks;
import net.alexnet.net.Network;
import net.alexnet.net.Network.Stage;
import net.alexnet.recipe.Recipe;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Tensor;

/// Tries how fast a recipe's network trains on this machine, before the run.
public final class Probe {
    /// The first step pays for what is made once.
    private static final int STEPS = 3;

    private Probe() {}

    /// Pictures per second, from a few steps on black pictures; everything made for it is freed.
    public static double picturesPerSecond(Recipe recipe, Backend backend) {
        int side = recipe.network().input();
        int channels = recipe.network().channels();
        try (Arena arena = Arena.ofConfined();
                Scope _ = backend.scope()) {
            MemorySegment pixels = arena.allocate((long) recipe.batch() * side * side * channels * Float.BYTES,
                    Float.BYTES);
            Network network = Network.initialize(
                    recipe.network().architecture(), recipe.network().initialization(), recipe.seed(), backend);
            double best = 0;
            for (int step = 0; step < STEPS; step++) {
                long start = System.nanoTime();
                try (Scope _ = backend.scope()) {
                    Tensor pictures = backend.uploadPictures(pixels, recipe.batch(), side, side, channels);
                    List<Stage> stages = network.forward(pictures, new DropoutMasks(recipe.seed(), step));
                    Tensor logits = stages.getLast().out();
                    List<Tensor> gradients = new ArrayList<>();
                    network.backward(
                            stages,
                            backend.crossEntropy(logits, new int[recipe.batch()]).gradient(),
                            (parameter, dy) -> gradients.add(dy));
                    backend.statistics(gradients.getLast()); // waits for the device
                }
                best = Math.max(best, recipe.batch() * 1e9 / (System.nanoTime() - start));
            }
            return best;
        }
    }
}
