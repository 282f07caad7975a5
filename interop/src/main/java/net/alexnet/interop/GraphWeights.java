package net.alexnet.interop;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import net.alexnet.interop.onnx.OnnxFile;
import net.alexnet.interop.onnx.OnnxNode;
import net.alexnet.io.Dtype;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
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

/// The weights of an ONNX graph as its nodes read them: a weight that a node reads as inputs × outputs is transposed, and
/// tensors that are not weights, such as the shape that a Reshape reads, are not listed.
///
/// [#requireComputes] compares the graph's nodes with the layers of a network: weights that were trained with another
/// activation or without a normalization have the same shapes, and would silently give other answers.
final class GraphWeights implements WeightFile {
    /// Operators that change no value at test time.
    private static final Set<String> NEUTRAL = Set.of("Identity", "Dropout", "Flatten", "Reshape", "Squeeze");

    private final WeightFile tensors;
    private final List<OnnxNode> nodes;
    private final List<String> names;
    private final Set<String> transposed = new HashSet<>();
    private final Map<String, OnnxNode> makers = new HashMap<>();
    private final Map<String, List<OnnxNode>> readers = new HashMap<>();

    GraphWeights(OnnxFile file) throws WeightFileException {
        this.tensors = file.weights();
        this.nodes = file.nodes();
        Set<String> weights = new HashSet<>();
        Set<String> others = new HashSet<>();
        Set<String> upright = new HashSet<>();
        for (OnnxNode node : nodes) {
            boolean product = node.type().equals("MatMul");
            boolean dense = product || node.type().equals("Gemm");
            boolean weighted = dense || addsBias(node) || node.type().equals("Conv");
            (weighted ? weights : others).addAll(node.inputs());
            if (weighted) {
                (dense && (product || node.number("transB", 0) == 0) ? transposed : upright).add(node.input(1));
            }
            node.outputs().forEach(output -> makers.put(output, node));
            node.inputs().stream().distinct()
                    .forEach(input -> readers.computeIfAbsent(input, _ -> new ArrayList<>()).add(node));
        }
        this.names = tensors.names().stream().filter(name -> weights.contains(name) || !others.contains(name)).toList();
        for (String name : names) {
            if (transposed.contains(name) && upright.contains(name)) {
                throw new WeightFileException(path(), "tensor '" + name
                        + "' is read both as outputs × inputs and as inputs × outputs, which no layer's weight is");
            }
        }
    }

    private boolean addsBias(OnnxNode node) {
        return node.type().equals("Add") && node.inputs().stream().map(makers::get).filter(Objects::nonNull)
                .anyMatch(maker -> maker.type().equals("MatMul"));
    }

    @Override
    public Path path() {
        return tensors.path();
    }

    @Override
    public Map<String, String> metadata() {
        return tensors.metadata();
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public Shape shape(String name) throws WeightFileException {
        Shape shape = tensors.shape(name);
        return transposed.contains(name) && shape.rank() == 2 ? Shape.of(shape.dim(1), shape.dim(0)) : shape;
    }

    @Override
    public MemorySegment values(String name) throws WeightFileException {
        MemorySegment values = tensors.values(name);
        Shape shape = tensors.shape(name);
        if (!transposed.contains(name) || shape.rank() != 2) {
            return values;
        }
        if (shape.elements() > Dtype.MAX_VALUES) {
            throw new WeightFileException(path(), "tensor '" + name + "' has too many values for one array");
        }
        int rows = shape.dim(0);
        int columns = shape.dim(1);
        float[] result = new float[rows * columns];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                result[column * rows + row] = values.get(NamedTensor.FLOAT,
                        ((long) row * columns + column) * Float.BYTES);
            }
        }
        return MemorySegment.ofArray(result);
    }

    @Override
    public void close() {
        tensors.close();
    }

    // --- what the graph computes -------------------------------------------------------------------------------------

    /// Checks that the graph computes a network: its operators are those of the layers in the same order, each reads what
    /// the one before made, and windows, groups and constants are the same.
    ///
    /// @param only the layers that are taken
    /// @param all whether they are all layers; else only the nodes that read their weights are compared
    /// @throws WeightFileException naming the first operator that differs
    void requireComputes(Architecture architecture, WeightLayout layout, List<String> only, boolean all)
            throws WeightFileException {
        List<OnnxNode> found = all
                ? chain(layout.theirs("conv1.weight"))
                : nodes.stream().filter(node -> layer(node, layout).filter(only::contains).isPresent()).toList();
        int at = 0;
        for (Row row : architecture.rows()) {
            Optional<String> expected = all || only.contains(row.name()) ? described(row) : Optional.empty();
            if (expected.isEmpty()) {
                continue;
            }
            String here = at < found.size() ? described(found.get(at), row, layout) : "nothing more";
            if (!here.equals(expected.get())) {
                throw new WeightFileException(path(), "its graph does not compute the network " + architecture.name()
                        + ": operator " + (at + 1) + " is " + here + ", expected " + expected.get()
                        + ". Name the network that it is with --net");
            }
            at++;
        }
        if (at < found.size()) {
            throw new WeightFileException(path(), "its graph does not compute the network " + architecture.name()
                    + ": behind its last layer there is " + found.get(at).type()
                    + ". Name the network that it is with --net");
        }
    }

    /// The operators that change values from the graph's input to its output, if they make a chain.
    private List<OnnxNode> chain(String firstWeight) throws WeightFileException {
        List<OnnxNode> chain = new ArrayList<>();
        OnnxNode first = readers(firstWeight).stream().findFirst().orElse(null);
        for (OnnxNode before = first; before != null && chain.size() < nodes.size();) {
            chain.addFirst(before);
            before = makers.get(before.input(0));
        }
        OnnxNode node = first;
        for (int i = 0; node != null && i < nodes.size(); i++) {
            List<OnnxNode> next = readers(node.outputs().isEmpty() ? "" : node.outputs().getFirst()).stream()
                    .filter(reader -> !reader.type().equals("Shape")).toList();
            if (next.size() > 1) {
                throw new WeightFileException(path(), "its graph is not a chain of layers: " + next.size()
                        + " nodes read what a " + node.type() + " makes");
            }
            node = next.isEmpty() ? null : next.getFirst();
            if (node != null && !addsBias(node)) { // a MatMul and its Add are one layer
                chain.add(node);
            }
        }
        chain.removeIf(one -> NEUTRAL.contains(one.type()) || isPoolOfOne(one));
        if (!chain.isEmpty() && chain.getLast().type().equals("Softmax")) {
            chain.removeLast();
        }
        return chain;
    }

    private List<OnnxNode> readers(String output) {
        return readers.getOrDefault(output, List.of());
    }

    private static boolean isPoolOfOne(OnnxNode node) {
        return node.type().equals("AveragePool") && along(node, 0, 1).equals(new Along(1, 1, 0, 1))
                && along(node, 1, 1).equals(new Along(1, 1, 0, 1));
    }

    private static Optional<String> described(Row row) {
        return switch (row.layer()) {
            case Conv conv -> Optional.of("Conv " + conv.name() + window(conv.window(), row) + ", groups "
                    + conv.groups());
            case Dense dense -> Optional.of("Gemm " + dense.name());
            case Relu _ -> Optional.of("Relu");
            case Tanh _ -> Optional.of("Tanh");
            case ResponseNorm(LocalResponseNorm norm) -> Optional.of(
                    norm.region() == LocalResponseNorm.Region.ACROSS_CHANNELS && norm.groups() == 1
                            ? norm(norm.size(), (float) norm.alpha(), (float) norm.beta(), (float) norm.k())
                            : "a normalization that ONNX has no operator for");
            case MaxPool pool -> Optional.of("MaxPool" + window(pool.window(), row));
            case Dropout dropout -> dropout.scaling() == DropoutScaling.AT_TEST
                    ? Optional.of("Mul by " + (float) (1 - dropout.rate()))
                    : Optional.empty();
            case Flatten _,Softmax _ -> Optional.empty();
        };
    }

    private String described(OnnxNode node, Row row, WeightLayout layout) {
        String layer = layer(node, layout).orElse("of unknown weights");
        boolean plain = node.real("alpha", 1) == 1 && node.real("beta", 1) == 1 && node.number("transA", 0) == 0;
        return switch (node.type()) {
            case "Conv" -> "Conv " + layer + window(node, row) + ", groups " + node.number("group", 1)
                    + bias(node.input(2), layer, layout);
            case "Gemm" -> "Gemm " + layer + bias(node.input(2), layer, layout)
                    + (plain ? "" : " with alpha, beta or transA");
            case "MatMul" -> "Gemm " + layer + readers(node.outputs().getFirst()).stream()
                    .filter(reader -> reader.type().equals("Add")).flatMap(add -> add.inputs().stream())
                    .filter(input -> bias(input, layer, layout).isEmpty())
                    .findFirst().map(_ -> "").orElse(" without its bias");
            case "LRN" -> norm(node.number("size", 0), node.real("alpha", 1e-4f), node.real("beta", 0.75f),
                    node.real("bias", 1));
            case "MaxPool" -> "MaxPool" + window(node, row);
            case "Mul" -> "Mul by " + scalar(node);
            default -> node.type();
        };
    }

    private static String bias(String input, String layer, WeightLayout layout) {
        return layout.ours(input).equals(Optional.of(layer + ".bias")) ? "" : " without its bias";
    }

    /// The layer whose weights a node reads.
    private static Optional<String> layer(OnnxNode node, WeightLayout layout) {
        return List.of("Conv", "Gemm", "MatMul").contains(node.type())
                ? layout.ours(node.input(1)).filter(name -> name.endsWith(".weight"))
                        .map(name -> name.substring(0, name.indexOf('.')))
                : Optional.empty();
    }

    private static String norm(long size, float alpha, float beta, float k) {
        return String.format(Locale.ROOT, "LRN of %d, alpha %s, beta %s, k %s", size, alpha, beta, k);
    }

    private String scalar(OnnxNode node) {
        for (String input : node.inputs()) {
            try {
                if (tensors.names().contains(input) && tensors.shape(input).elements() == 1) {
                    return Float.toString(tensors.values(input).get(NamedTensor.FLOAT, 0));
                }
            } catch (WeightFileException e) {
                return "no number"; // a whole number
            }
        }
        return "another tensor";
    }

    // --- windows are compared by where the first one is and how many there are: padding behind the last pixel and rounding
    // up, which networks and exporters use for the same windows, count as the same

    /// A window along an axis.
    ///
    /// @param padding before the first pixel
    /// @param outputs how many windows there are
    private record Along(long kernel, long stride, long padding, long outputs) {
        @Override
        public String toString() {
            return " of " + kernel + ", stride " + stride + ", padding " + padding + ", " + outputs + " outputs a side";
        }
    }

    private static String window(Window window, Row row) {
        int side = row.in().dim(1);
        return new Along(window.kernel(), window.stride(), window.padding(), window.outputs(side)).toString();
    }

    private static String window(OnnxNode node, Row row) {
        int side = row.in().rank() == 3 ? row.in().dim(1) : 1;
        Along down = along(node, 0, side);
        return down + (down.equals(along(node, 1, side)) && node.length("dilations", 0, 1) == 1
                && node.length("dilations", 1, 1) == 1 ? "" : ", not the same along both axes, or dilated");
    }

    private static Along along(OnnxNode node, int axis, long in) {
        long kernel = node.length("kernel_shape", axis, 0);
        long stride = Math.max(1, node.length("strides", axis, 1));
        String automatic = node.attributes().texts().getOrDefault("auto_pad", "NOTSET");
        boolean explicit = automatic.equals("NOTSET");
        long before = explicit ? node.length("pads", axis, 0) : automatic.equals("VALID") ? 0 : -1; // SAME is refused
        long behind = explicit ? node.length("pads", axis + 2, 0) : 0;
        long slack = in + before + behind - kernel;
        boolean up = node.number("ceil_mode", 0) == 1;
        long outputs = 1 + (up ? Math.ceilDiv(slack, stride) : Math.floorDiv(slack, stride));
        boolean beyond = up && (outputs - 1) * stride >= in + before; // a last window that sees padding alone is none
        return new Along(kernel, stride, before, beyond ? outputs - 1 : outputs);
    }
}
