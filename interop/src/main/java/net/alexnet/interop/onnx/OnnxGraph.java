package net.alexnet.interop.onnx;

import java.util.ArrayList;
import java.util.List;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.ProtobufWriter;
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

/// A network's test-time pass as ONNX operators. The output of every row has the row's name, except for the last, so that
/// a consumer can ask for `fc7` as well.
///
/// ```
/// Node      = 1: repeated string input    2: repeated string output    3: string name    4: string op_type
///             5: repeated Attribute
/// Attribute = 1: string name    2: float f | 3: int64 i | 8: repeated int64 ints    20: enum type
/// ```
final class OnnxGraph {
    static final String INPUT = "pictures";
    static final String OUTPUT = "probabilities";

    private static final int FLOAT = 1; // AttributeProto.AttributeType
    private static final int INT = 2;
    private static final int INTS = 7;

    private final List<byte[]> nodes = new ArrayList<>();
    private final List<NamedTensor> constants = new ArrayList<>();

    /// @throws IllegalArgumentException if ONNX has no operator for a layer
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
            case Conv conv -> node("Conv", y, List.of(x, y + ".weight", y + ".bias"),
                    window(conv.window(), row.in(), integer("group", conv.groups())));
            case Dense _ -> node("Gemm", y, List.of(x, y + ".weight", y + ".bias"), List.of(integer("transB", 1)));
            case Relu _ -> node("Relu", y, List.of(x), List.of());
            case Tanh _ -> node("Tanh", y, List.of(x), List.of());
            case ResponseNorm(LocalResponseNorm norm) -> normalize(norm, x, y);
            case MaxPool pool -> node("MaxPool", y, List.of(x), window(pool.window(), row.in()));
            case Flatten _ -> node("Flatten", y, List.of(x), List.of(integer("axis", 1)));
            case Softmax _ -> node("Softmax", y, List.of(x), List.of(integer("axis", 1)));
            case Dropout dropout -> {
                if (dropout.scaling() == DropoutScaling.AT_TRAINING) {
                    return x; // nothing is left to do at test time
                }
                String rate = y + ".kept";
                constants.add(NamedTensor.of(rate, Shape.of(), () -> new float[] {(float) (1 - dropout.rate())}));
                node("Mul", y, List.of(x, rate), List.of());
            }
        }
        return y;
    }

    /// ONNX's operator divides alpha by the size, as [LocalResponseNorm] does, but knows no towers.
    private void normalize(LocalResponseNorm norm, String x, String y) {
        if (norm.region() == LocalResponseNorm.Region.WITHIN_CHANNEL) {
            throw new IllegalArgumentException("ONNX has no operator for the normalization within channels that " + y
                    + " is; export to .safetensors or .pth");
        }
        List<byte[]> attributes = List.of(integer("size", norm.size()), real("bias", norm.k()),
                real("alpha", norm.alpha()), real("beta", norm.beta()));
        if (norm.groups() == 1) {
            node("LRN", y, List.of(x), attributes);
            return;
        }
        ProtobufWriter split = new ProtobufWriter().text(1, x);
        List<String> normalized = new ArrayList<>();
        for (int tower = 1; tower <= norm.groups(); tower++) {
            split.text(2, y + ".in" + tower);
            normalized.add(y + ".out" + tower);
        }
        nodes.add(split.text(3, y + ".towers").text(4, "Split").bytes(5, integer("axis", 1)).toByteArray());
        for (int tower = 1; tower <= norm.groups(); tower++) {
            node("LRN", y + ".out" + tower, List.of(y + ".in" + tower), attributes);
        }
        node("Concat", y, normalized, List.of(integer("axis", 1)));
    }

    /// A node with one output, which gives it its name.
    private void node(String operator, String output, List<String> inputs, List<byte[]> attributes) {
        ProtobufWriter node = new ProtobufWriter();
        inputs.forEach(input -> node.text(1, input));
        node.text(2, output).text(3, output).text(4, operator);
        attributes.forEach(attribute -> node.bytes(5, attribute));
        nodes.add(node.toByteArray());
    }

    /// The attributes of a window. Pads are top, left, bottom, right; a window that is kept though it hangs over the edge
    /// is given the pixels that it lacks.
    private static List<byte[]> window(Window window, Shape in, byte[]... more) {
        List<byte[]> attributes = new ArrayList<>(List.of(
                integers("kernel_shape", window.kernel(), window.kernel()),
                integers("strides", window.stride(), window.stride()),
                integers("pads", window.padding(), window.padding(),
                        Math.max(window.padding(), window.overhang(in.dim(1))),
                        Math.max(window.padding(), window.overhang(in.dim(2))))));
        attributes.addAll(List.of(more));
        return attributes;
    }

    private static byte[] real(String name, double value) {
        return new ProtobufWriter().text(1, name).real(2, (float) value).number(20, FLOAT).toByteArray();
    }

    private static byte[] integer(String name, long value) {
        return new ProtobufWriter().text(1, name).number(3, value).number(20, INT).toByteArray();
    }

    private static byte[] integers(String name, long... values) {
        ProtobufWriter attribute = new ProtobufWriter().text(1, name);
        for (long value : values) {
            attribute.number(8, value);
        }
        return attribute.number(20, INTS).toByteArray();
    }
}
