package net.alexnet.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.tensor.Shape;

/// Files as others would have made them: narrow networks under a layout's names, biases as random as weights.
public final class ForeignFiles {
    private ForeignFiles() {}

    /// The tensors of a network, under a layout's names and with the layout's order of colours.
    public static Map<String, NamedTensor> tensors(AlexNet network, WeightLayout layout, long seed) {
        Map<String, NamedTensor> tensors = new LinkedHashMap<>();
        Random random = new Random(seed);
        for (Row row : ArchitectureInference.weighted(network.architecture()).toList()) {
            put(tensors, layout.theirs(row.name() + ".weight"), row.weightShape(), Math.sqrt(2.0 / row.fanIn()),
                    random);
            put(tensors, layout.theirs(row.name() + ".bias"), Shape.of(row.weightShape().dim(0)), 0.5, random);
        }
        return tensors;
    }

    private static void put(
            Map<String, NamedTensor> tensors, String name, Shape shape, double deviation, Random random) {
        float[] values = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        tensors.put(name, NamedTensor.of(name, shape, () -> values));
    }

    /// A tensor of zeros.
    public static NamedTensor zeros(String name, int... dims) {
        Shape shape = Shape.of(dims);
        return NamedTensor.of(name, shape, () -> new float[Math.toIntExact(shape.elements())]);
    }

    /// Writes a network's tensors.
    ///
    /// @param change is done to them before
    public static Path write(Path file, AlexNet network, WeightLayout layout,
            Consumer<Map<String, NamedTensor>> change)
            throws IOException {
        Map<String, NamedTensor> tensors = tensors(network, layout, 7);
        change.accept(tensors);
        Safetensors.write(file, Map.of(), tensors.values().stream().toList());
        return file;
    }

    /// Writes a model file of our own with random weights.
    public static Path model(Path file, ModelCard card) throws IOException {
        List<NamedTensor> entries = new ArrayList<>(tensors(card.network(), WeightLayout.PAPER, 7).values());
        entries.addAll(Model.entries(card));
        Safetensors.write(file, Model.metadata(card), entries);
        return file;
    }

    /// A network of 8 maps and units a layer.
    public static AlexNet narrow(AlexNet network, int classes) {
        return network.withSize(network.input(), network.channels(), 0.001).withClasses(classes);
    }
}
