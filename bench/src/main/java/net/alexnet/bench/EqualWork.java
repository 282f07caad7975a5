package net.alexnet.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.interop.Exporter;
import net.alexnet.interop.WeightLayout;
import net.alexnet.io.DenseWeights;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Initialization;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.CounterRng;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.reference.ReferenceBackend;
import net.alexnet.train.config.SgdConfig;

/// What all sides with the paper's network start from: a file of parameters under PyTorch's names, `pictures` `(N, C, H,
/// W)` of normal noise, and `labels`; and the network in other forms.
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

    /// What it writes.
    ///
    /// @param tensors the file of float32
    /// @param bfloat16 the same with the weights of dense layers in bfloat16
    /// @param int8 the same with the weights of dense layers in int8
    /// @param onnx the network, as this project exports it
    record Files(Path tensors, Path bfloat16, Path int8, Path onnx) {}

    /// Writes it into a folder.
    static Files write(Path folder) throws IOException {
        AlexNet table = network(0);
        Architecture architecture = table.architecture();
        RandomGenerator noise = CounterRng.generator(1, CounterRng.Purpose.WEIGHTS, 1000);
        Shape input = architecture.input();
        try (Backend backend = new ReferenceBackend()) {
            float[] pictures = normal(noise, Math.toIntExact(BATCH * input.elements()));
            List<NamedTensor> entries = new ArrayList<>(
                    Network.initialize(architecture, table.initialization(), 1, backend).entries());
            entries.add(NamedTensor.of("pictures", Shape.of(BATCH, input.dim(0), input.dim(1), input.dim(2)),
                    () -> pictures));
            entries.add(NamedTensor.of("labels", Shape.of(BATCH), () -> labels(architecture.classes())));
            Files files = new Files(folder.resolve("equal.safetensors"), folder.resolve("bfloat16.safetensors"),
                    folder.resolve("int8.safetensors"), folder.resolve("equal.onnx"));
            Safetensors.write(files.tensors(), Map.of(), entries);
            Safetensors.write(files.bfloat16(), Map.of(), rounded(entries, DenseWeights.BFLOAT16));
            Safetensors.write(files.int8(), Map.of(), rounded(entries, DenseWeights.INT8));
            Preprocessing none = new Preprocessing(input.dim(0), input.dim(1), input.dim(1),
                    Collections.nCopies(input.dim(0), 0.0), Collections.nCopies(input.dim(0), 1.0), Optional.empty());
            List<String> classes = IntStream.range(0, architecture.classes()).mapToObj(Integer::toString).toList();
            ModelCard card = new ModelCard(table, classes, none, "initial weights", List.of(), Optional.empty(),
                    Optional.empty(), List.of());
            Exporter.write(files.onnx(), new Model.Stored(card, SafetensorsFile.openLasting(files.tensors())),
                    WeightLayout.PAPER, Exporter.Format.ONNX);
            return files;
        }
    }

    private static List<NamedTensor> rounded(List<NamedTensor> entries, DenseWeights dense) {
        return entries.stream()
                .flatMap(entry -> entry.shape().rank() == 2 ? dense.stored(entry).stream() : Stream.of(entry))
                .toList();
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
