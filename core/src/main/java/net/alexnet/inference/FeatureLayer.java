package net.alexnet.inference;

import java.util.List;
import java.util.stream.Stream;
import net.alexnet.io.DidYouMean;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Relu;
import net.alexnet.nn.Layer.Tanh;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;

/// A layer whose output is wanted.
///
/// The name of a layer with weights includes the activation directly behind it: `fc7` is the output
/// of its ReLU, the same as `relu7`, as in the paper's figure 4. The last layer has no activation,
/// so `fc8` gives the logits. Dropout is a layer of its own: `drop7` includes its factor at test
/// time, `fc7` does not. `pixels` is the network's input: the picture's samples, with the mean subtracted.
///
/// @param name as it was asked for
/// @param end the index after that of the last row to compute
/// @param shape of the output for one image: `(C, H, W)` or `(F)`
public record FeatureLayer(String name, int end, Shape shape) {
    /// The name of the network's input.
    public static final String PIXELS = "pixels";

    /// Finds a layer by the name of its row.
    ///
    /// @throws IllegalArgumentException if there is none; the message lists the names
    public static FeatureLayer of(Architecture architecture, String name) {
        List<Row> rows = architecture.rows();
        if (name.equals(PIXELS)) {
            return new FeatureLayer(name, 0, rows.getFirst().in());
        }
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).name().equals(name)) {
                int last = rows.get(i).layer() instanceof Weighted && isActivation(rows.get(i + 1)) ? i + 1 : i;
                return new FeatureLayer(name, last + 1, rows.get(last).out());
            }
        }
        List<String> names = Stream.concat(rows.stream().map(Row::name), Stream.of(PIXELS)).toList();
        throw new IllegalArgumentException("the network has no layer '" + name + "'; it has "
                + String.join(", ", names)
                + DidYouMean.to(name, names).map(near -> ". Did you mean '" + near + "'?").orElse(""));
    }

    /// The last hidden layer, whose outputs the paper's figure 4 compares: `fc7` with its
    /// activation.
    public static FeatureLayer lastHidden(Architecture architecture) {
        List<String> weighted = architecture.rows().stream()
                .filter(row -> row.layer() instanceof Weighted)
                .map(Row::name)
                .toList();
        return of(architecture, weighted.get(Math.max(0, weighted.size() - 2)));
    }

    /// Computes the layer.
    ///
    /// @param input `(N, C, H, W)`
    /// @return `(N, …)`; the input itself for [#PIXELS]
    Tensor outputs(Network network, Tensor input) {
        return end == 0 ? input : network.outputs(input, 0, end);
    }

    /// The number of features of an image.
    public int length() {
        return Math.toIntExact(shape.elements());
    }

    private static boolean isActivation(Row row) {
        return row.layer() instanceof Relu || row.layer() instanceof Tanh;
    }
}
