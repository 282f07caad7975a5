package net.alexnet.train;

import module java.base;
import net.alexnet.nn.Layer.Relu;
import net.alexnet.nn.Layer.Weighted;
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
    void add(List<Stage> stages) {
        String layer = "";
        for (Stage stage : stages) {
            if (stage.row().layer() instanceof Weighted weighted) {
                layer = weighted.name();
            }
            if (stage.row().layer() instanceof Relu) {
                maxima.merge(layer, backend.unitMaxima(stage.out()), UnitMaxima::larger);
            }
        }
        images += stages.getFirst().in().shape().dim(0);
    }

    private static float[] larger(float[] a, float[] b) {
        for (int i = 0; i < a.length; i++) {
            a[i] = Math.max(a[i], b[i]);
        }
        return a;
    }

    /// The share of dead ReLUs of each layer: units that are 0 for all images. A small batch says nothing, and layers without
    /// a ReLU have none.
    SequencedMap<String, Double> dead() {
        SequencedMap<String, Double> dead = new LinkedHashMap<>();
        if (images >= FEWEST_IMAGES) {
            maxima.forEach((layer, values) -> {
                int zeros = 0;
                for (float maximum : values) {
                    zeros += maximum > 0 ? 0 : 1;
                }
                dead.put(layer, (double) zeros / values.length);
            });
        }
        return dead;
    }
}
