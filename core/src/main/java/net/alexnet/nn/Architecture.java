package net.alexnet.nn;

import java.util.ArrayList;
import java.util.List;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.nn.Layer.Dense;
import net.alexnet.nn.Layer.Dropout;
import net.alexnet.nn.Layer.Flatten;
import net.alexnet.nn.Layer.L2Norm;
import net.alexnet.nn.Layer.MaxPool;
import net.alexnet.nn.Layer.Relu;
import net.alexnet.nn.Layer.ResponseNorm;
import net.alexnet.nn.Layer.Softmax;
import net.alexnet.nn.Layer.Tanh;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;

/// A list of layers with their shapes, parameters and multiply-adds.
///
/// @param name of the network
/// @param rows the layers in order, at least one; the last is the softmax
public record Architecture(String name, List<Row> rows) {
    public Architecture {
        rows = List.copyOf(rows);
        if (rows.isEmpty() || !(rows.getLast().layer() instanceof Softmax)) {
            throw new IllegalArgumentException("the last layer of a network must be softmax, found " + rows);
        }
    }

    /// One layer in its place. Shapes are those of a single image: `(C, H, W)` for maps, `(F)` for vectors.
    ///
    /// @param name `conv1`, and for layers without weights their kind and the number of the weighted layer before: `relu1`
    /// @param parameters weights and biases
    /// @param multiplyAdds of the forward pass for one image; as is usual, only of convolutions and dense layers
    public record Row(String name, Layer layer, Shape in, Shape out, long parameters, long multiplyAdds) {
        /// The shape of the layer's weight: `(K, C/groups, kernel, kernel)` or `(K, F)`.
        ///
        /// @throws IllegalStateException if the layer has none
        public Shape weightShape() {
            return switch (layer) {
                case Conv conv -> Shape.of(
                        conv.filters(), in.dim(0) / conv.groups(), conv.window().kernel(), conv.window().kernel());
                case Dense dense -> Shape.of(dense.units(), in.dim(0));
                case Relu _,Tanh _,ResponseNorm _,MaxPool _,Flatten _,L2Norm _,Dropout _,Softmax _ ->
                    throw new IllegalStateException(
                            name + " has no weight");
            };
        }

        /// How many inputs one unit reads.
        public long fanIn() {
            return weightShape().elements() / weightShape().dim(0);
        }
    }

    /// Infers and checks the shapes of a list of layers.
    ///
    /// @param channels of the input
    /// @param side of the square input, in pixels
    /// @throws IllegalArgumentException if a layer does not fit its input; the message shows the calculation
    public static Architecture of(String name, int channels, int side, List<Layer> layers) {
        List<Row> rows = new ArrayList<>();
        Shape shape = Shape.of(channels, side, side);
        String number = "0";
        for (Layer layer : layers) {
            if (layer instanceof Weighted weighted) {
                number = weighted.name().replaceAll("\\D", "");
            }
            Row row = row(rowName(layer, number), layer, shape);
            rows.add(row);
            shape = row.out();
        }
        return new Architecture(name, rows);
    }

    private static String rowName(Layer layer, String number) {
        return switch (layer) {
            case Weighted weighted -> weighted.name();
            case Relu _ -> "relu" + number;
            case Tanh _ -> "tanh" + number;
            case ResponseNorm lrn -> switch (lrn.norm().region()) {
                case ACROSS_CHANNELS -> "norm" + number;
                case WITHIN_CHANNEL -> "mapnorm" + number;
            };
            case MaxPool _ -> "pool" + number;
            case Flatten _ -> "flatten";
            case L2Norm _ -> "l2norm" + number;
            case Dropout _ -> "drop" + number;
            case Softmax _ -> "softmax";
        };
    }

    private static Row row(String name, Layer layer, Shape in) {
        return switch (layer) {
            case Conv conv -> {
                int channels = channels(name, in);
                requireGroups(name, conv.groups(), channels + " input channels", channels);
                requireGroups(name, conv.groups(), conv.filters() + " filters", conv.filters());
                Shape out = windowed(name, conv.window(), in, conv.filters());
                long weights = (long) conv.filters() * (channels / conv.groups()) * conv.window().kernel()
                        * conv.window().kernel();
                yield new Row(name, layer, in, out, weights + conv.filters(), weights * out.dim(1) * out.dim(2));
            }
            case Dense dense -> {
                if (in.rank() != 1) {
                    throw new IllegalArgumentException(
                            name + " needs a vector, found " + in + "; flatten comes before it");
                }
                long weights = (long) dense.units() * in.dim(0);
                yield new Row(name, layer, in, Shape.of(dense.units()), weights + dense.units(), weights);
            }
            case MaxPool pool -> plain(name, layer, in, windowed(name, pool.window(), in, channels(name, in)));
            case Flatten _ -> plain(name, layer, in, Shape.of(Math.toIntExact(in.elements())));
            case ResponseNorm lrn -> {
                requireGroups(name, lrn.norm().groups(), in.dim(0) + " channels", channels(name, in));
                yield plain(name, layer, in, in);
            }
            case L2Norm _ -> {
                if (in.rank() != 1) {
                    throw new IllegalArgumentException(name + " needs a vector, found " + in);
                }
                yield plain(name, layer, in, in);
            }
            case Relu _,Tanh _,Dropout _,Softmax _ -> plain(name, layer, in, in);
        };
    }

    private static void requireGroups(String name, int groups, String what, int count) {
        if (count % groups != 0) {
            throw new IllegalArgumentException(name + " has " + groups + " groups, which do not divide its " + what);
        }
    }

    private static Row plain(String name, Layer layer, Shape in, Shape out) {
        return new Row(name, layer, in, out, 0, 0);
    }

    private static int channels(String name, Shape in) {
        if (in.rank() != 3) {
            throw new IllegalArgumentException(name + " needs maps (C, H, W), found " + in);
        }
        return in.dim(0);
    }

    private static Shape windowed(String name, Window window, Shape in, int channels) {
        int height = window.outputs(in.dim(1));
        int width = window.outputs(in.dim(2));
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException(name + " has no output: its " + window.kernel() + "×" + window.kernel()
                    + " window does not fit into " + in + ", " + window.sum(Math.min(in.dim(1), in.dim(2)))
                    + "; use a larger input, or the variant small");
        }
        return Shape.of(channels, height, width);
    }

    /// The shape of one input image, `(C, H, W)`.
    public Shape input() {
        return rows.getFirst().in();
    }

    /// The number of classes.
    public int classes() {
        return rows.getLast().out().dim(0);
    }

    /// The number of weights and biases.
    public long parameters() {
        return rows.stream().mapToLong(Row::parameters).sum();
    }

    /// The multiply-adds of one image's forward pass.
    public long multiplyAdds() {
        return rows.stream().mapToLong(Row::multiplyAdds).sum();
    }

    /// The multiply-adds of one image's training step: forward, gradients by weights, and gradients by inputs of all layers but
    /// the first.
    public long trainingMultiplyAdds() {
        return 3 * multiplyAdds() - rows.getFirst().multiplyAdds();
    }
}
