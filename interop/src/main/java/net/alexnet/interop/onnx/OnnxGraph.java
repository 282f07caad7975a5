package net.alexnet.interop.onnx;

import static net.alexnet.interop.onnx.OnnxMessages.integer;
import static net.alexnet.interop.onnx.OnnxMessages.integers;
import static net.alexnet.interop.onnx.OnnxMessages.real;

import java.util.ArrayList;
import java.util.List;
import net.alexnet.io.NamedTensor;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.nn.Layer.Dense;
import net.alexnet.nn.Layer.Dropout;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.nn.Layer.Flatten;
import net.alexnet.nn.Layer.MaxPool;
import net.alexnet.nn.Layer.Relu;
import net.alexnet.nn.Layer.ResponseNorm;
import net.alexnet.nn.Layer.Softmax;
import net.alexnet.nn.Layer.Tanh;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;

/// A network's test-time pass as ONNX operators, in the third walk over the table beside [net.alexnet.nn.Network]'s two.
/// Every row's output has the row's name, but for the last, so that a consumer can ask for `fc7` as well.
final class OnnxGraph {
    static final String INPUT = "pictures";
    static final String OUTPUT = "probabilities";

    private final List<byte[]> nodes = new ArrayList<>();
    private final List<NamedTensor> constants = new ArrayList<>();

    OnnxGraph(Architecture architecture) {
        String x = INPUT;
        for (Row row : architecture.rows()) {
            String y = row.layer() instanceof Softmax ? OUTPUT : row.name();
            x = add(row, x, y);
        }
    }

    /// Messages, in the order in which they are computed.
    List<byte[]> nodes() {
        return List.copyOf(nodes);
    }

    /// Scalars that nodes read, besides the network's parameters.
    List<NamedTensor> constants() {
        return List.copyOf(constants);
    }

    /// @return the name of what the next row reads
    private String add(Row row, String x, String y) {
        switch (row.layer()) {
            case Conv conv -> {
                Window window = conv.window();
                node("Conv", y, List.of(x, y + ".weight", y + ".bias"), kernel(window), strides(window),
                        pads(window, row.in()), integer("group", conv.groups()));
            }
            case Dense _ -> node("Gemm", y, List.of(x, y + ".weight", y + ".bias"), integer("transB", 1));
            case Relu _ -> node("Relu", y, List.of(x));
            case Tanh _ -> node("Tanh", y, List.of(x));
            case ResponseNorm lrn -> {
                switch (lrn.norm().region()) {
                    case ACROSS_CHANNELS -> normalizeAcross(lrn.norm(), x, y);
                    case WITHIN_CHANNEL -> normalizeWithin(lrn.norm(), x, y);
                }
            }
            case MaxPool pool -> node("MaxPool", y, List.of(x), kernel(pool.window()), strides(pool.window()),
                    pads(pool.window(), row.in()));
            case Flatten _ -> node("Flatten", y, List.of(x), integer("axis", 1));
            case Softmax _ -> node("Softmax", y, List.of(x), integer("axis", 1));
            case Dropout dropout -> {
                if (dropout.scaling() == DropoutScaling.AT_TRAINING) {
                    return x; // nothing is left to do at test time
                }
                node("Mul", y, List.of(x, constant(y + ".kept", 1 - dropout.rate())));
            }
        }
        return y;
    }

    /// ONNX's operator divides alpha by the size, as [LocalResponseNorm] does, but knows no towers.
    private void normalizeAcross(LocalResponseNorm norm, String x, String y) {
        if (norm.groups() == 1) {
            across(norm, x, y);
            return;
        }
        List<String> parts = new ArrayList<>();
        List<String> normalized = new ArrayList<>();
        for (int tower = 1; tower <= norm.groups(); tower++) {
            parts.add(y + ".in" + tower);
            normalized.add(y + ".out" + tower);
        }
        nodes.add(OnnxMessages.split(y + ".towers", x, parts));
        for (int i = 0; i < parts.size(); i++) {
            across(norm, parts.get(i), normalized.get(i));
        }
        node("Concat", y, normalized, integer("axis", 1));
    }

    private void across(LocalResponseNorm norm, String x, String y) {
        node("LRN", y, List.of(x), integer("size", norm.size()), real("bias", norm.k()), real("alpha", norm.alpha()),
                real("beta", norm.beta()));
    }

    /// ONNX has no operator for it. An average that counts what lies beyond the border is the sum over the neighbourhood by
    /// its full size, as [LocalResponseNorm#scale()] has it.
    private void normalizeWithin(LocalResponseNorm norm, String x, String y) {
        Window window = Window.of(norm.size(), 1, norm.size() / 2);
        long reach = window.padding();
        node("Mul", y + ".squares", List.of(x, x));
        node("AveragePool", y + ".energy", List.of(y + ".squares"), kernel(window), strides(window),
                integers("pads", reach, reach, reach, reach), integer("count_include_pad", 1));
        node("Mul", y + ".scaled", List.of(y + ".energy", constant(y + ".alpha", norm.alpha())));
        node("Add", y + ".shifted", List.of(y + ".scaled", constant(y + ".k", norm.k())));
        node("Pow", y + ".denominator", List.of(y + ".shifted", constant(y + ".beta", norm.beta())));
        node("Div", y, List.of(x, y + ".denominator"));
    }

    private void node(String operator, String output, List<String> inputs, byte[]... attributes) {
        nodes.add(OnnxMessages.node(operator, output, inputs, List.of(attributes)));
    }

    private String constant(String name, double value) {
        constants.add(NamedTensor.of(name, Shape.of(), () -> new float[] {(float) value}));
        return name;
    }

    private static byte[] kernel(Window window) {
        return integers("kernel_shape", window.kernel(), window.kernel());
    }

    private static byte[] strides(Window window) {
        return integers("strides", window.stride(), window.stride());
    }

    /// Top, left, bottom, right. A window that is kept though it hangs over the edge is given the pixels that it lacks.
    private static byte[] pads(Window window, Shape in) {
        return integers("pads", window.padding(), window.padding(),
                Math.max(window.padding(), window.overhang(in.dim(1))),
                Math.max(window.padding(), window.overhang(in.dim(2))));
    }
}
