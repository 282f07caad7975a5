package net.alexnet.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Initialization;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.nn.Network;
import net.alexnet.train.config.SgdConfig;
import net.alexnet.tensor.CounterRng;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.reference.ReferenceBackend;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;

/// What all sides with the paper's network start from: one file of parameters under PyTorch's names, `pictures` `(N, C, H,
/// W)` of normal noise, and `labels`.
final class EqualWork {
    /// The largest batch of any [Workload].
    static final int BATCH = 128;

    /// As in PyTorch's optimizer, biases have the learning rate and the decay of weights.
    static final SgdConfig OPTIMIZER = new SgdConfig(0.001, 0.9, 0.0005, 1, true);

    private EqualWork() {}

    /// The paper's network. Its weights are initialized as by He et al. (2015), so that the logits are far from 0 and a
    /// difference between two sides shows.
    static AlexNet network(double dropout) {
        return AlexNet.paper().withDropout(dropout, DropoutScaling.AT_TEST).withInitialization(Initialization.HE);
    }

    static void write(Path file) throws IOException {
        AlexNet table = network(0);
        Architecture architecture = table.architecture();
        RandomGenerator noise = CounterRng.generator(1, CounterRng.Purpose.WEIGHTS, 1000);
        Shape input = architecture.input();
        try (Backend backend = new ReferenceBackend()) {
            List<NamedTensor> entries = new ArrayList<>(
                    Network.initialize(architecture, table.initialization(), 1, backend).entries());
            entries.add(NamedTensor.of("pictures", Shape.of(BATCH, input.dim(0), input.dim(1), input.dim(2)),
                    () -> normal(noise, Math.toIntExact(BATCH * input.elements()))));
            entries.add(NamedTensor.of("labels", Shape.of(BATCH), () -> labels(architecture.classes())));
            Safetensors.write(file, Map.of(), entries);
        }
    }

    private static float[] normal(RandomGenerator noise, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) noise.nextGaussian();
        }
        return values;
    }

    private static float[] labels(int classes) {
        float[] labels = new float[BATCH];
        for (int i = 0; i < BATCH; i++) {
            labels[i] = i * 7919 % classes;
        }
        return labels;
    }
}
