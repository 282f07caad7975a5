package net.alexnet.interop;

import module java.base;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.tensor.Shape;

/// Infers from the shapes of tensors how wide a network is, how many towers it has, how large its input is and how many
/// classes it has. What shapes do not tell, such as whether there is response normalization, is as in the variant.
///
/// A shape that contradicts the others does not stop it: the result is the network with which most of them agree, so that
/// the others can be named.
///
/// @param tensors the weights under our names
record ArchitectureInference(RenamedWeights tensors) {
    private static final int MAX_INPUT = 1024;

    /// The layers that have weights.
    static Stream<Row> weighted(Architecture architecture) {
        return architecture.rows().stream().filter(row -> row.layer() instanceof Weighted);
    }

    /// The shapes of a layer's weight and bias by their names.
    static SequencedMap<String, Shape> parameters(Row row) {
        SequencedMap<String, Shape> parameters = new LinkedHashMap<>();
        parameters.put(row.name() + ".weight", row.weightShape());
        parameters.put(row.name() + ".bias", Shape.of(row.weightShape().dim(0)));
        return parameters;
    }

    /// @param classes how many, if that is known
    AlexNet network(Variant variant, Optional<Integer> classes) throws WeightFileException {
        AlexNet full = AlexNet.of(variant);
        int input = tensors.layout().conventions().map(WeightLayout.Conventions::crop).orElse(full.input());
        Map<String, Integer> outputs = outputs();
        int channels = tensors.regular("conv1.weight").map(shape -> shape.dim(1))
                .filter(count -> count == 1 || count == 3).orElse(full.channels());
        int outputsOfFc8 = tensors.regular("fc8.weight").map(shape -> shape.dim(0)).filter(count -> count >= 2)
                .orElse(full.classes());
        AlexNet network = full.withSize(input, channels, width(full, outputs))
                .withClasses(classes.orElse(outputsOfFc8)).withTowers(towers(full, outputs));
        return withFittingInput(network);
    }

    /// The maps or units of each layer except for fc8.
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

    /// The factor that gives the most layers their maps: 1, that of one of the layers, or the middle between the factors
    /// that rounding to multiples of 8 allows.
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
        return candidates.stream().filter(factor -> factor > 0 && factor <= 16)
                .max(Comparator.comparingInt(factor -> { // the first of several
                    Map<String, Integer> widths = widths(network.withSize(network.input(), network.channels(), factor));
                    widths.entrySet().retainAll(outputs.entrySet());
                    return widths.size();
                })).orElse(1.0);
    }

    private static Map<String, Integer> widths(AlexNet network) {
        return weighted(network.architecture()).collect(Collectors.toMap(Row::name, row -> row.out().dim(0)));
    }

    private int towers(AlexNet network, Map<String, Integer> outputs) throws WeightFileException {
        int inputs = tensors.regular("conv2.weight").map(shape -> shape.dim(1)).orElse(0);
        int maps = outputs.getOrDefault("conv1", -1);
        return inputs == maps ? 1 : 2 * inputs == maps ? 2 : network.towers();
    }

    /// The usual input if fc6 reads as many values as it has weights, else the smallest for which it does.
    private AlexNet withFittingInput(AlexNet network) throws WeightFileException {
        int values = tensors.regular("fc6.weight").map(shape -> shape.dim(1)).orElse(0);
        if (values == 0) {
            return network;
        }
        return IntStream.concat(IntStream.of(network.input()), IntStream.rangeClosed(1, MAX_INPUT))
                .mapToObj(side -> network.withSize(side, network.channels(), network.width()))
                .filter(sized -> reads(sized, values)).findFirst().orElse(network);
    }

    private static boolean reads(AlexNet network, int values) {
        try {
            return weighted(network.architecture()).anyMatch(
                    row -> row.name().equals("fc6") && row.in().elements() == values);
        } catch (IllegalArgumentException e) {
            return false; // a window larger than so small an input
        }
    }
}
