package net.alexnet.train;

import module java.base;
import net.alexnet.distributed.Group;
import net.alexnet.nn.Layer.Relu;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.nn.Network;
import net.alexnet.nn.Network.Stage;
import net.alexnet.tensor.Backend;

/// The largest output of each unit with a ReLU over a training batch, gathered from its micro-batches.
final class UnitMaxima {
    /// A smaller batch says nothing about dead units.
    private static final int FEWEST_IMAGES = 8;

    private final Backend backend;
    private final SequencedMap<String, float[]> maxima = new LinkedHashMap<>(); // by the layer's name
    private int images;

    UnitMaxima(Backend backend) {
        this.backend = backend;
    }

    /// Adds the outputs of a micro-batch; waits for the device.
    ///
    /// @param count images of the micro-batch, over all ranks of a divided network
    void add(List<Stage> stages, int count) {
        String layer = "";
        for (Stage stage : stages) {
            if (stage.row().layer() instanceof Weighted weighted) {
                layer = weighted.name();
            }
            if (stage.row().layer() instanceof Relu) {
                maxima.merge(layer, backend.unitMaxima(stage.out()), UnitMaxima::larger);
            }
        }
        images += count;
    }

    private static float[] larger(float[] a, float[] b) {
        for (int i = 0; i < a.length; i++) {
            a[i] = Math.max(a[i], b[i]);
        }
        return a;
    }

    /// The share of dead ReLUs of each layer: units that are 0 for all images. A small batch says nothing, and layers without
    /// a ReLU have none. The ranks of a divided network all call this and get the same shares; other ranks each look at their
    /// own images.
    SequencedMap<String, Double> dead(Network network, Group group) {
        SequencedMap<String, Double> dead = new LinkedHashMap<>();
        if (images >= FEWEST_IMAGES) {
            maxima.forEach((layer, values) -> dead.put(layer, network.isDivided()
                    ? ofAllRanks(values, network.isDivided(layer), group)
                    : zeros(values) / values.length));
        }
        return dead;
    }

    /// @param ownUnits whether each rank has other units; if not, it has other images
    private static double ofAllRanks(float[] values, boolean ownUnits, Group group) {
        if (ownUnits) {
            double[] sums = group.sum(zeros(values), values.length);
            return sums[0] / sums[1];
        }
        float[] all = group.gather(values);
        float[] largest = new float[values.length]; // outputs of a ReLU are not below 0
        for (int i = 0; i < all.length; i++) {
            largest[i % largest.length] = Math.max(largest[i % largest.length], all[i]);
        }
        return zeros(largest) / largest.length;
    }

    private static double zeros(float[] values) {
        int zeros = 0;
        for (float maximum : values) {
            zeros += maximum > 0 ? 0 : 1;
        }
        return zeros;
    }
}
