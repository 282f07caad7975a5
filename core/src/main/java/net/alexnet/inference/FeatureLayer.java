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
/// A layer with weights is meant with the neuron that stands directly behind it: `fc7` is what comes out of its ReLU, the same
/// as `relu7`, as in the paper's figure 4. The last one has no neuron, so `fc8` is the logits. Dropout belongs to no other
/// layer: `fc7` is free of its factor at test time, `drop7` has it.
///
/// @param name as it was asked for
/// @param end the index after that of the last row to compute
/// @param shape of what comes out for one picture: `(C, H, W)` or `(F)`
public record FeatureLayer(String name, int end, Shape shape) {
    /// Finds a layer by the name of its row.
    ///
    /// @throws IllegalArgumentException if there is none; the message lists those that there are
    public static FeatureLayer of(Architecture architecture, String name) {
        List<Row> rows = architecture.rows();
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).name().equals(name)) {
                int last = rows.get(i).layer() instanceof Weighted && isNeuron(rows.get(i + 1)) ? i + 1 : i;
                return new FeatureLayer(name, last + 1, rows.get(last).out());
            }
        }
        throw new IllegalArgumentException("the network has no layer '" + name + "'; it has "
                + String.join(", ", rows.stream().map(Row::name).toList()));
    }

    /// The last hidden layer, whose outputs the paper's figure 4 compares: `fc7`, with its neuron.
    public static FeatureLayer lastHidden(Architecture architecture) {
        List<String> weighted = architecture.rows().stream()
                .filter(row -> row.layer() instanceof Weighted)
                .map(Row::name)
                .toList();
        return of(architecture, weighted.get(Math.max(0, weighted.size() - 2)));
    }

    /// How many numbers a picture has.
    public int length() {
        return Math.toIntExact(shape.elements());
    }

    private static boolean isNeuron(Row row) {
        return row.layer() instanceof Relu || row.layer() instanceof Tanh;
    }
}
