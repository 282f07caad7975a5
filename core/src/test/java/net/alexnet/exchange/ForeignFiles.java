package net.alexnet.exchange;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import net.alexnet.net.AlexNet;
import net.alexnet.net.Architecture.Row;
import net.alexnet.tensor.Shape;
import net.alexnet.weights.Entry;
import net.alexnet.weights.Safetensors;

/// Files as others would have made them: narrow networks under a dialect's names, biases as random as weights.
public final class ForeignFiles {
    private ForeignFiles() {}

    /// The tensors of a network, under a dialect's names and with the dialect's order of colours.
    public static Map<String, Entry> tensors(AlexNet network, Dialect dialect, long seed) {
        Map<String, Entry> tensors = new LinkedHashMap<>();
        Random random = new Random(seed);
        for (Row row : NetworkFit.weighted(network.architecture()).toList()) {
            put(tensors, dialect.theirs(row.name() + ".weight"), row.weightShape(), Math.sqrt(2.0 / row.fanIn()),
                    random);
            put(tensors, dialect.theirs(row.name() + ".bias"), Shape.of(row.weightShape().dim(0)), 0.5, random);
        }
        return tensors;
    }

    private static void put(
            Map<String, Entry> tensors, String name, Shape shape, double deviation, Random random) {
        float[] values = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        tensors.put(name, Entry.of(name, shape, () -> values));
    }

    /// A tensor of zeros.
    public static Entry zeros(String name, int... dims) {
        Shape shape = Shape.of(dims);
        return Entry.of(name, shape, () -> new float[Math.toIntExact(shape.elements())]);
    }

    /// Writes a network's tensors.
    ///
    /// @param change is done to them before
    public static Path write(Path file, AlexNet network, Dialect dialect, Consumer<Map<String, Entry>> change)
            throws IOException {
        Map<String, Entry> tensors = tensors(network, dialect, 7);
        change.accept(tensors);
        Safetensors.write(file, Map.of(), tensors.values().stream().toList());
        return file;
    }

    /// A network of 8 maps and units a layer.
    public static AlexNet narrow(AlexNet network, int classes) {
        return network.withSize(network.input(), network.channels(), 0.001).withClasses(classes);
    }
}
