package net.alexnet.interop;

import module java.base;
import net.alexnet.interop.onnx.OnnxFile;
import net.alexnet.interop.onnx.OnnxNode;
import net.alexnet.io.Dtype;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer;
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

    /// What to do with a graph that has branches.
    private static final String ONLY = ". Export the network without other branches"
            + " and outputs, or take some of its layers with --only";

    private final WeightFile tensors;
    private final List<OnnxNode> nodes = new ArrayList<>();
    private final Set<String> inputs;
    private final List<String> outputs;
    private final List<String> names;
    private final Set<String> transposed = new HashSet<>();
    /// What a bias is added to, by the sum.
    private final Map<String, String> unbiased = new HashMap<>();

    GraphWeights(OnnxFile file) throws WeightFileException {
        tensors = file.weights();
        inputs = new HashSet<>(file.inputs());
        tensors.names().forEach(inputs::remove);
        outputs = file.outputs();
        Map<String, Integer> products = new HashMap<>(); // places of MatMul nodes, by their outputs
        for (OnnxNode node : file.nodes()) {
            if (!addsBias(node, products)) {
                nodes.add(node);
            }
        }
        Set<String> weights = new HashSet<>();
        Set<String> others = new HashSet<>();
        Set<String> upright = new HashSet<>();
        for (OnnxNode node : nodes) {
            boolean dense = List.of("Gemm", "MatMul").contains(node.type());
            boolean weighted = dense || node.type().equals("Conv");
            (weighted ? weights : others).addAll(node.inputs());
            if (weighted) {
                (dense && node.number("transB", 0) == 0 ? transposed : upright).add(node.input(1));
            }
        }
        names = tensors.names().stream().filter(name -> weights.contains(name) || !others.contains(name)).toList();
        for (String name : names) {
            if (transposed.contains(name) && upright.contains(name)) {
                throw new WeightFileException(path(), "tensor '" + name
                        + "' is read both as outputs × inputs and as inputs × outputs, which no layer's weight is");
            }
        }
    }

    /// Makes one Gemm of a MatMul and the Add of its bias.
    private boolean addsBias(OnnxNode node, Map<String, Integer> products) {
        if (node.type().equals("MatMul")) {
            node.outputs().forEach(output -> products.put(output, nodes.size()));
        }
        for (int i = 0; i < 2 && node.type().equals("Add"); i++) {
            Integer place = products.remove(node.input(i));
            if (place != null) {
                OnnxNode product = nodes.get(place);
                String without = node.input(i);
                node.outputs().forEach(sum -> unbiased.put(sum, without));
                nodes.set(place, new OnnxNode("Gemm",
                        List.of(product.input(0), product.input(1), node.input(1 - i)), node.outputs(), Map.of()));
                return true;
            }
        }
        return false;
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
        for (int i = 0; i < result.length; i++) {
            result[i % columns * rows + i / columns] = values.getAtIndex(NamedTensor.FLOAT, i);
        }
        return MemorySegment.ofArray(result);
    }

    @Override
    public void close() {
        tensors.close();
    }

    // --- what the graph computes -------------------------------------------------------------------------------------

    /// Checks that the graph computes a network: its operators are those of the layers in the same order, each reads what
    /// the one before made, windows, groups and constants are the same, and the graph gives what
    /// the last one makes.
    ///
    /// @param only the layers that are taken
    /// @param all whether they are all layers; else only the nodes that read their weights are compared
    /// @throws WeightFileException naming the first operator that differs
    void requireComputes(Architecture architecture, WeightLayout layout, List<String> only, boolean all)
            throws WeightFileException {
        Chain chain = all ? chain() : new Chain(List.of(), Set.of(), "");
        List<OnnxNode> found = all
                ? chain.operators()
                : nodes.stream().filter(node -> layer(node, layout).filter(only::contains).isPresent()).toList();
        List<Row> rows = architecture.rows().stream()
                .filter(row -> described(row).isPresent() && (all || only.contains(row.name()))).toList();
        for (int at = 0; at < Math.max(rows.size(), found.size()); at++) {
            String expected = at < rows.size() ? described(rows.get(at)).orElseThrow() : "nothing";
            String here = at >= found.size()
                    ? "nothing"
                    : described(found.get(at), rows.get(Math.min(at, rows.size() - 1)), layout);
            if (!here.equals(expected)) {
                throw new WeightFileException(path(), "its graph does not compute the network " + architecture.name()
                        + ": operator " + (at + 1) + " is " + here + ", expected " + expected
                        + ". Name the network that it is with --net");
            }
        }
        if (!chain.branch().isEmpty()) {
            throw new WeightFileException(path(), "its graph does not compute the network "
                    + architecture.name() + ": " + chain.branch() + ONLY);
        }
        if (all && outputs.stream().noneMatch(chain.last()::contains)) {
            throw new WeightFileException(path(), "its graph does not compute the network "
                    + architecture.name() + ": it gives " + WeightFileException.list(outputs)
                    + ", expected the value of its last operator, " + listed(chain.last()) + ONLY);
        }
    }

    /// The operators that change values, from the graph's input on.
    ///
    /// @param last the names of what the last one made
    /// @param branch says which node reads an earlier value than the one before it made; empty if
    ///     none does
    private record Chain(List<OnnxNode> operators, Set<String> last, String branch) {}

    private Chain chain() {
        List<OnnxNode> operators = new ArrayList<>();
        Set<String> current = new HashSet<>(inputs); // the names of the last value
        Set<String> earlier = new HashSet<>(); // those of the values before it
        String branch = "";
        for (OnnxNode node : nodes) {
            if (node.type().equals("Shape")) {
                continue;
            }
            if (node.inputs().stream().noneMatch(current::contains)) {
                Optional<String> read = node.inputs().stream().filter(earlier::contains)
                        .findFirst();
                if (read.isPresent() && branch.isEmpty()) {
                    branch = node.type() + " after operator " + operators.size() + " reads '"
                            + read.get() + "', expected the value of that operator, "
                            + listed(current);
                }
                continue; // computes a shape, or a constant
            }
            if (!NEUTRAL.contains(node.type()) && !isPoolOfOne(node)) {
                operators.add(node);
                earlier.addAll(current);
                current.clear();
            }
            for (String output : node.outputs()) {
                if (!output.isEmpty()) { // else an input that is left out would read it
                    current.add(output);
                }
                if (unbiased.containsKey(output)) {
                    earlier.add(unbiased.get(output));
                }
            }
        }
        if (!operators.isEmpty() && operators.getLast().type().equals("Softmax")) {
            operators.removeLast();
        }
        return new Chain(operators, current, branch);
    }

    private static String listed(Set<String> names) {
        return WeightFileException.list(names.stream().sorted().toList());
    }

    private static boolean isPoolOfOne(OnnxNode node) {
        return node.type().equals("AveragePool") && window(node, 0, 1).equals(window(1, 1, 0, 1))
                && window(node, 1, 1).equals(window(1, 1, 0, 1));
    }

    private static Optional<String> described(Row row) {
        int side = row.in().rank() == 3 ? row.in().dim(1) : 1;
        return switch (row.layer()) {
            case Layer.Conv conv ->
                Optional.of("Conv " + conv.name() + window(conv.window(), side) + ", groups " + conv.groups());
            case Layer.Dense dense -> Optional.of("Gemm " + dense.name());
            case Layer.Relu _ -> Optional.of("Relu");
            case Layer.Tanh _ -> Optional.of("Tanh");
            case Layer.ResponseNorm(LocalResponseNorm norm) -> Optional.of(
                    norm.region() == LocalResponseNorm.Region.ACROSS_CHANNELS && norm.groups() == 1
                            ? norm(norm.size(), (float) norm.alpha(), (float) norm.beta(), (float) norm.k())
                            : "a normalization that ONNX has no operator for");
            case Layer.MaxPool pool -> Optional.of("MaxPool" + window(pool.window(), side));
            case Layer.Dropout dropout -> dropout.scaling() == Layer.DropoutScaling.AT_TEST
                    ? Optional.of("Mul by " + (float) (1 - dropout.rate()))
                    : Optional.empty();
            case Layer.L2Norm _ -> Optional.of("LpNormalization 2 of axis 1");
            case Layer.Flatten _,Layer.Softmax _ -> Optional.empty();
        };
    }

    /// @param row the layer that it should be, whose input says how many windows there are
    private String described(OnnxNode node, Row row, WeightLayout layout) {
        int side = row.in().rank() == 3 ? row.in().dim(1) : 1;
        String layer = layer(node, layout).orElse("of unknown weights");
        String bias = layout.ours(node.input(2)).equals(Optional.of(layer + ".bias")) ? "" : " without its bias";
        boolean plain = node.real("alpha", 1) == 1 && node.real("beta", 1) == 1 && node.number("transA", 0) == 0;
        return switch (node.type()) {
            case "Conv" -> "Conv " + layer + window(node, side) + ", groups " + node.number("group", 1) + bias;
            case "Gemm" -> "Gemm " + layer + bias + (plain ? "" : " with alpha, beta or transA");
            case "LRN" -> norm(node.number("size", 0), node.real("alpha", 1e-4f), node.real("beta", 0.75f),
                    node.real("bias", 1));
            case "MaxPool" -> "MaxPool" + window(node, side);
            case "Mul" -> "Mul by " + scalar(node);
            case "LpNormalization" -> "LpNormalization " + node.number("p", 2) + " of axis " + node.number("axis", -1);
            default -> node.type();
        };
    }

    /// The layer whose weights a node reads.
    private static Optional<String> layer(OnnxNode node, WeightLayout layout) {
        return List.of("Conv", "Gemm").contains(node.type())
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

    private static String window(long kernel, long stride, long padding, long outputs) {
        return " of " + kernel + ", stride " + stride + ", padding " + padding + ", " + outputs + " outputs a side";
    }

    private static String window(Window window, int side) {
        return window(window.kernel(), window.stride(), window.padding(), window.outputs(side));
    }

    private static String window(OnnxNode node, int side) {
        String down = window(node, 0, side);
        return down + (down.equals(window(node, 1, side)) && node.length("dilations", 0, 1) == 1
                && node.length("dilations", 1, 1) == 1 ? "" : ", not the same along both axes, or dilated");
    }

    private static String window(OnnxNode node, int axis, long in) {
        long kernel = node.length("kernel_shape", axis, 0);
        long stride = Math.max(1, node.length("strides", axis, 1));
        Object automatic = node.attributes().getOrDefault("auto_pad", "NOTSET");
        boolean explicit = automatic.equals("NOTSET");
        long before = explicit ? node.length("pads", axis, 0) : automatic.equals("VALID") ? 0 : -1; // SAME is refused
        long behind = explicit ? node.length("pads", axis + 2, 0) : 0;
        long slack = in + before + behind - kernel;
        boolean up = node.number("ceil_mode", 0) == 1;
        long outputs = 1 + (up ? Math.ceilDiv(slack, stride) : Math.floorDiv(slack, stride));
        boolean beyond = up && (outputs - 1) * stride >= in + before; // a last window that sees padding alone is none
        return window(kernel, stride, before, beyond ? outputs - 1 : outputs);
    }
}
