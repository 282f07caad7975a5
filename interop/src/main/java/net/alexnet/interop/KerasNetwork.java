package net.alexnet.interop;

import module java.base;
import net.alexnet.interop.keras.KerasFile;
import net.alexnet.interop.keras.KerasGraph;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Activation;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;

/// Finds the network of a file of Keras. If the file has the model's configuration, it is the network that computes the same.
/// Shapes alone do not tell windows and normalizations; then it is one of three: for two towers the paper's, for one tower of
/// torchvision's widths torchvision's, and else AlexNet for 227 pixels without normalization, as Keras programs define it.
///
/// @param file the file
/// @param tensors its tensors under our names
/// @param classes how many, if that is known
record KerasNetwork(KerasFile file, RenamedWeights tensors, Optional<Integer> classes) {
    /// @throws WeightFileException if no network computes what the configuration says, or it is not understood
    AlexNet network() throws WeightFileException {
        Optional<KerasGraph> graph = file.graph();
        return graph.isPresent() ? of(graph.get()) : usual();
    }

    private AlexNet of(KerasGraph graph) throws WeightFileException {
        List<String> nearest = List.of();
        for (AlexNet candidate : candidates(graph)) {
            List<String> operators;
            try {
                operators = operators(candidate.architecture());
            } catch (IllegalArgumentException e) {
                continue; // a window larger than its input
            }
            if (operators.equals(graph.operators())) {
                return candidate;
            }
            if (nearest.isEmpty() || common(operators, graph) > common(nearest, graph)) {
                nearest = operators;
            }
        }
        int at = common(nearest, graph);
        throw new WeightFileException(file.path(),
                "the model is no AlexNet that is known: operator " + (at + 1) + " is "
                        + operator(graph.operators(), at) + ", expected " + operator(nearest, at)
                        + ". To take only its convolutions, save the weights alone and name them with --only 'conv*'");
    }

    private List<AlexNet> candidates(KerasGraph graph) throws WeightFileException {
        List<AlexNet> candidates = new ArrayList<>();
        for (Variant variant : Variant.values()) {
            AlexNet shaped = new ArchitectureInference(tensors).network(variant, classes);
            AlexNet sized = shaped.withSize(graph.side(), graph.channels(), shaped.width());
            for (Activation activation : Activation.values()) {
                for (boolean norm : List.of(true, false)) {
                    for (boolean overlapping : List.of(true, false)) {
                        for (DropoutScaling scaling : DropoutScaling.values()) {
                            candidates.add(sized.withLayers(activation, norm, overlapping)
                                    .withDropout(graph.dropout() < 1 ? Math.max(0, graph.dropout()) : 0, scaling));
                        }
                    }
                }
            }
        }
        return candidates;
    }

    private static int common(List<String> operators, KerasGraph graph) {
        int at = 0;
        while (at < Math.min(operators.size(), graph.operators().size())
                && operators.get(at).equals(graph.operators().get(at))) {
            at++;
        }
        return at;
    }

    private static String operator(List<String> operators, int at) {
        return at < operators.size() ? operators.get(at) : "nothing";
    }

    private static List<String> operators(Architecture architecture) {
        List<String> operators = new ArrayList<>();
        for (Row row : architecture.rows()) {
            int maps = row.in().dim(0);
            int side = row.in().rank() == 3 ? row.in().dim(1) : 1;
            switch (row.layer()) {
                case Layer.Conv conv ->
                    operators.add("Conv" + window(conv.window(), side) + ", groups " + conv.groups());
                case Layer.Dense _ -> operators.add("Dense");
                case Layer.Relu _ -> operators.add("relu");
                case Layer.Tanh _ -> operators.add("tanh");
                case Layer.ResponseNorm(LocalResponseNorm norm) ->
                    operators.add(norm.region() == LocalResponseNorm.Region.ACROSS_CHANNELS
                            ? KerasGraph.norm(norm.size(), norm.scale(), norm.beta(), norm.k(), norm.groups(),
                                    maps / norm.groups())
                            : "normalization within maps");
                case Layer.MaxPool pool -> operators.add("MaxPool" + window(pool.window(), side));
                case Layer.Dropout dropout when dropout.scaling() == DropoutScaling.AT_TEST ->
                    operators.add(KerasGraph.factor(1 - dropout.rate()));
                case Layer.L2Norm _ -> operators.add("UnitNormalization");
                case Layer.Dropout _,Layer.Flatten _,Layer.Softmax _ -> {
                    // nothing at test time, or the end
                }
            }
        }
        return operators;
    }

    private static String window(Window window, int side) {
        return KerasGraph.window(window.kernel(), window.stride(), window.padding(), window.outputs(side));
    }

    private AlexNet usual() throws WeightFileException {
        boolean torchvision = outputs("conv1") * 4 == outputs("conv5") && outputs("conv4") == outputs("conv5");
        boolean small = tensors.regular("conv1.weight").filter(shape -> shape.dim(2) == 5).isPresent();
        Variant variant = small ? Variant.SMALL : torchvision ? Variant.TORCHVISION : Variant.PAPER;
        AlexNet shaped = new ArchitectureInference(tensors).network(variant, classes);
        boolean normalized = variant != Variant.TORCHVISION && (shaped.towers() == 2 || !file.norms().isEmpty());
        AlexNet usual = AlexNet.of(variant == Variant.PAPER && !normalized ? Variant.CAFFE : variant);
        AlexNet network = usual.withSize(usual.input(), shaped.channels(), shaped.width())
                .withTowers(shaped.towers()).withClasses(shaped.classes())
                .withLayers(Activation.RELU, normalized, true);
        int expected = network.architecture().rows().stream().filter(row -> row.name().equals("fc6"))
                .mapToInt(row -> Math.toIntExact(row.in().elements())).findFirst().orElseThrow();
        Optional<Shape> fc6 = tensors.regular("fc6.weight");
        if (fc6.isPresent() && fc6.get().dim(1) != expected) {
            throw new WeightFileException(file.path(), "its first dense layer reads " + fc6.get().dim(1)
                    + " values, expected " + expected + " for pictures of " + network.input()
                    + " pixels. Weights alone do not tell the windows: save the whole model as .keras");
        }
        return network;
    }

    private int outputs(String layer) throws WeightFileException {
        return tensors.regular(layer + ".weight").map(shape -> shape.dim(0)).orElse(0);
    }
}
