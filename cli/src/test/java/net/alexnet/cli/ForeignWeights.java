package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.alexnet.interop.WeightLayout;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.tensor.Shape;

/// A file of weights as somebody else would have made it: 8 maps and units a layer, random.
final class ForeignWeights {
    private ForeignWeights() {}

    /// Writes a layout's network.
    ///
    /// @param left the tensor that is left out, by their name; empty for none
    static Path write(Path file, WeightLayout layout, int classes, String left) throws IOException {
        AlexNet network = AlexNet.of(layout.variant()).withClasses(classes);
        network = network.withSize(network.input(), 3, 0.001);
        Random random = new Random(11);
        List<NamedTensor> entries = new ArrayList<>();
        for (Row row : network.architecture().rows()) {
            if (row.layer() instanceof Weighted) {
                entries.add(entry(layout.theirs(row.name() + ".weight"), row.weightShape(),
                        Math.sqrt(2.0 / row.fanIn()), random));
                entries.add(entry(layout.theirs(row.name() + ".bias"), Shape.of(row.out().dim(0)), 0.1, random));
            }
        }
        entries.removeIf(entry -> entry.name().equals(left));
        Safetensors.write(file, Map.of(), entries);
        return file;
    }

    private static NamedTensor entry(String name, Shape shape, double deviation, Random random) {
        float[] values = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return NamedTensor.of(name, shape, () -> values);
    }
}
