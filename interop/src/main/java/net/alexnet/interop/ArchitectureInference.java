package net.alexnet.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.tensor.Shape;

/// Reads off tensors' shapes how wide a network is, how many towers it has, how large its input and how many its classes
/// are. What the shapes do not tell, such as whether there is response normalisation, is as in the table.
///
/// A shape that contradicts the others does not stop it: the network that agrees with most of them is given, so that the odd
/// ones can be named.
final class ArchitectureInference {
    private static final int MAX_INPUT = 1024;

    private final RenamedTensors tensors;

    ArchitectureInference(RenamedTensors tensors) {
        this.tensors = tensors;
    }

    /// @param classes how many, if that is known
    /// @param input the side of the input, if that is known; else the usual one if it fits, else the smallest that does
    AlexNet network(Variant table, Optional<Integer> classes, Optional<Integer> input) throws WeightFileException {
        AlexNet network = usual(table);
        Map<String, Integer> outputs = outputs();
        double width = width(network, outputs);
        int channels = tensors.regular("conv1.weight").map(shape -> shape.dim(1))
                .filter(count -> count == 1 || count == 3)
                .orElse(network.channels());
        network = network.withSize(input.orElse(network.input()), channels, width)
                .withClasses(classes(network, classes))
                .withTowers(towers(network, outputs));
        return input.isPresent() ? network : fitted(network);
    }

    /// The table, for pictures as large as the layout's graph reads them.
    private AlexNet usual(Variant table) {
        AlexNet network = AlexNet.of(table);
        WeightLayout layout = tensors.layout();
        return layout.conventions().filter(_ -> table == layout.table())
                .map(conventions -> network.withSize(conventions.crop(), network.channels(), network.width()))
                .orElse(network);
    }

    private int classes(AlexNet network, Optional<Integer> known) throws WeightFileException {
        if (known.isPresent()) {
            return known.get();
        }
        int found = tensors.regular("fc8.weight").map(shape -> shape.dim(0)).orElse(network.classes());
        return found >= 2 ? found : network.classes();
    }

    /// The maps or units of each layer, but for the classes.
    private Map<String, Integer> outputs() throws WeightFileException {
        Map<String, Integer> outputs = new TreeMap<>();
        for (String name : tensors.layout().parameters()) {
            Optional<Shape> shape = tensors.regular(name);
            if (name.endsWith(".weight") && !name.startsWith("fc8") && shape.isPresent()) {
                outputs.put(name.substring(0, name.indexOf('.')), shape.get().dim(0));
            }
        }
        return outputs;
    }

    /// The factor that gives the most layers their maps: 1, that of one of the layers, or the middle between the factors that
    /// rounding allows.
    private static double width(AlexNet network, Map<String, Integer> outputs) {
        Map<String, Integer> full = widths(network);
        List<Double> candidates = new ArrayList<>(List.of(1.0));
        double least = 0;
        double most = 16;
        for (Map.Entry<String, Integer> output : outputs.entrySet()) {
            double filters = full.getOrDefault(output.getKey(), 1);
            candidates.add(output.getValue() / filters);
            least = Math.max(least, output.getValue() <= 8 ? 0 : (output.getValue() - 4) / filters);
            most = Math.min(most, (output.getValue() + 4) / filters);
        }
        candidates.add((least + most) / 2);
        double best = 1;
        long agreed = -1;
        for (double candidate : candidates) {
            if (candidate > 0 && candidate <= 16) {
                Map<String, Integer> widths = widths(network.withSize(network.input(), network.channels(), candidate));
                long agree = outputs.entrySet().stream()
                        .filter(output -> output.getValue().equals(widths.get(output.getKey()))).count();
                if (agree > agreed) {
                    best = candidate;
                    agreed = agree;
                }
            }
        }
        return best;
    }

    private static Map<String, Integer> widths(AlexNet network) {
        Map<String, Integer> widths = new TreeMap<>();
        weighted(network.architecture()).forEach(row -> widths.put(row.name(), row.out().dim(0)));
        return widths;
    }

    static Stream<Row> weighted(Architecture architecture) {
        return architecture.rows().stream().filter(ArchitectureInference::isWeighted);
    }

    static boolean isWeighted(Row row) {
        return row.layer() instanceof Weighted;
    }

    private int towers(AlexNet network, Map<String, Integer> outputs) throws WeightFileException {
        Optional<Shape> conv2 = tensors.regular("conv2.weight");
        Integer maps = outputs.get("conv1");
        if (conv2.isEmpty() || maps == null) {
            return network.towers();
        }
        int inputs = conv2.get().dim(1);
        return inputs == maps ? 1 : 2 * inputs == maps ? 2 : network.towers();
    }

    /// The network with an input for which fc6 reads as many values as it has weights.
    private AlexNet fitted(AlexNet network) throws WeightFileException {
        Optional<Shape> fc6 = tensors.regular("fc6.weight");
        if (fc6.isEmpty() || reads(network, fc6.get().dim(1))) {
            return network;
        }
        for (int side = 1; side <= MAX_INPUT; side++) {
            AlexNet other = network.withSize(side, network.channels(), network.width());
            if (reads(other, fc6.get().dim(1))) {
                return other;
            }
        }
        return network;
    }

    private static boolean reads(AlexNet network, int values) {
        try {
            return weighted(network.architecture()).anyMatch(
                    row -> row.name().equals("fc6") && row.in().elements() == values);
        } catch (IllegalArgumentException e) {
            return false; // a window that finds no place in so small an input
        }
    }
}
