package net.alexnet.inference;

import java.util.List;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Relu;
import net.alexnet.nn.Layer.Tanh;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.tensor.Shape;

/// A layer whose output is wanted.
///
/// The name of a layer with weights includes the activation directly behind it: `fc7` is the output
/// of its ReLU, the same as `relu7`, as in the paper's figure 4. The last layer has no activation,
/// so `fc8` gives the logits. Dropout is a layer of its own: `drop7` includes its factor at test
/// time, `fc7` does not.
///
/// @param name as it was asked for
/// @param end the index after that of the last row to compute
/// @param shape of the output for one image: `(C, H, W)` or `(F)`
public record FeatureLayer(String name, int end, Shape shape) {
    /// Finds a layer by the name of its row.
    ///
    /// @throws IllegalArgumentException if there is none; the message lists the names
    public static FeatureLayer of(Architecture architecture, String name) {
        List<Row> rows = architecture.rows();
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).name().equals(name)) {
                int last = rows.get(i).layer() instanceof Weighted && isActivation(rows.get(i + 1)) ? i + 1 : i;
                return new FeatureLayer(name, last + 1, rows.get(last).out());
            }
        }
        throw new IllegalArgumentException("the network has no layer '" + name + "'; it has "
                + String.join(", ", rows.stream().map(Row::name).toList()));
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

    /// The number of features of an image.
    public int length() {
        return Math.toIntExact(shape.elements());
    }

    private static boolean isActivation(Row row) {
        return row.layer() instanceof Relu || row.layer() instanceof Tanh;
    }
}
