package net.alexnet.interop;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import net.alexnet.interop.onnx.OnnxFile;
import net.alexnet.interop.onnx.OnnxNode;
import net.alexnet.io.NamedTensor;
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
import net.alexnet.tensor.Window;
import org.jspecify.annotations.Nullable;

/// Whether an ONNX graph computes what a table does, step by step: weights that were trained behind another activation or
/// without a normalisation have the same shapes, and would give other answers without a sign of it. Steps are compared as they
/// are spelled in the error. Windows are compared by where the first one lies and how many there are, so that padding behind
/// the last pixel and rounding up, which tables and exporters use for the same windows, count as the same.
final class GraphCheck {
    /// What changes no value of a test-time pass, or only how it is laid out in rows; an AveragePool may look at one pixel.
    private static final Set<String> NOTHING = Set.of("Identity", "Dropout", "Flatten", "Reshape", "Squeeze",
            "Softmax");

    private final OnnxFile file;
    private final WeightLayout layout;
    private final Map<String, List<OnnxNode>> readers = new HashMap<>();
    private final Map<String, OnnxNode> makers = new HashMap<>();
    private final List<String> steps = new ArrayList<>();
    private final Map<String, Integer> sides = new HashMap<>();
    private long side; // of the map that the walk has come to

    private GraphCheck(OnnxFile file, WeightLayout layout, Architecture architecture) {
        this.file = file;
        this.layout = layout;
        for (Row row : architecture.rows()) {
            if (row.layer() instanceof Conv) {
                sides.put(row.name(), row.in().dim(1));
            }
        }
        for (OnnxNode node : file.nodes()) {
            node.inputs().stream().distinct()
                    .forEach(input -> readers.computeIfAbsent(input, _ -> new ArrayList<>()).add(node));
            node.outputs().forEach(output -> makers.put(output, node));
        }
    }

    /// @param only the layers that are taken; if they are not all, the steps between them do not matter
    /// @throws WeightFileException that names the first step that differs
    static void require(OnnxFile file, WeightLayout layout, Architecture architecture, LayerFilter only)
            throws WeightFileException {
        boolean whole = only.equals(LayerFilter.ALL);
        List<String> expected = new ArrayList<>();
        for (Row row : architecture.rows()) {
            if (whole || (ArchitectureInference.isWeighted(row) && only.takes(row.name()))) {
                step(row).ifPresent(expected::add);
            }
        }
        GraphCheck check = new GraphCheck(file, layout, architecture);
        if (whole) {
            check.walk();
        } else {
            for (OnnxNode node : file.nodes()) {
                if (check.layer(node).filter(only::takes).isPresent()) {
                    check.add(node);
                }
            }
        }
        List<String> found = check.steps;
        for (int i = 0; i < Math.max(found.size(), expected.size()); i++) {
            String here = i < found.size() ? found.get(i) : "nothing more";
            String there = i < expected.size() ? expected.get(i) : "nothing more";
            if (!here.equals(there)) {
                throw new WeightFileException(file.path(), "its graph does not compute the table " + architecture.name()
                        + ": step " + (i + 1) + (i == 0 ? "" : ", after " + expected.get(i - 1)) + ", is " + here
                        + ", expected " + there + ". Name the network that it is with --net and --table");
            }
        }
    }

    // --- what the table computes -------------------------------------------------------------------------------------

    private static Optional<String> step(Row row) {
        return switch (row.layer()) {
            case Conv conv -> Optional.of(
                    "Conv " + conv.name() + window(conv.window(), row) + ", groups " + conv.groups());
            case Dense dense -> Optional.of("Gemm " + dense.name());
            case Relu _ -> Optional.of("Relu");
            case Tanh _ -> Optional.of("Tanh");
            case ResponseNorm(LocalResponseNorm norm) -> Optional.of(
                    norm.region() == LocalResponseNorm.Region.ACROSS_CHANNELS && norm.groups() == 1
                            ? norm(norm.size(), (float) norm.alpha(), (float) norm.beta(), (float) norm.k())
                            : "a normalisation that ONNX has no operator for");
            case MaxPool pool -> Optional.of("MaxPool" + window(pool.window(), row));
            case Dropout dropout -> dropout.scaling() == DropoutScaling.AT_TEST
                    ? Optional.of("Mul by " + (float) (1 - dropout.rate()))
                    : Optional.empty();
            case Flatten _,Softmax _ -> Optional.empty();
        };
    }

    private static String window(Window window, Row row) {
        int side = row.in().dim(1);
        return window(window.kernel(), window.stride(), window.padding(), side, window.outputs(side));
    }

    /// @param outputs are said where they are not those of a window that is padded alike on all sides and rounded down
    private static String window(long kernel, long stride, long padding, long side, long outputs) {
        boolean usual = stride > 0 && outputs == 1 + Math.floorDiv(side + 2 * padding - kernel, stride);
        return " of " + kernel + ", stride " + stride + ", padding " + padding
                + (usual ? "" : ", " + outputs + " outputs a side");
    }

    private static String norm(long size, float alpha, float beta, float k) {
        return String.format(Locale.ROOT, "LRN of %d, alpha %s, beta %s, k %s", size, alpha, beta, k);
    }

    // --- what the graph computes -------------------------------------------------------------------------------------

    /// Forward from the first convolution to where nothing reads on, and back to the input.
    private void walk() {
        List<OnnxNode> first = readers.getOrDefault(layout.theirs("conv1.weight"), List.of());
        if (first.isEmpty()) {
            return;
        }
        before(first.getFirst());
        OnnxNode node = first.getFirst();
        for (int i = 0; node != null && i < file.nodes().size(); i++) {
            add(node);
            node = next(node);
        }
    }

    /// What stands between a graph's input and a node: pictures that are made ready within the graph would be made so twice.
    private void before(OnnxNode node) {
        String input = node.input(0);
        for (int i = 0; makers.containsKey(input) && i < file.nodes().size(); i++) {
            OnnxNode maker = Objects.requireNonNull(makers.get(input));
            if (!maker.type().equals("Identity")) {
                steps.add(maker.type());
                return;
            }
            input = maker.input(0);
        }
        if (makers.containsKey(input) || file.names().contains(input)) {
            steps.add("a constant");
        }
    }

    /// Null at the end, or where several nodes read on, which no table does.
    private @Nullable OnnxNode next(OnnxNode node) {
        List<OnnxNode> next = readers.getOrDefault(node.outputs().isEmpty() ? "" : node.outputs().getFirst(), List.of())
                .stream().filter(reader -> !reader.type().equals("Shape")).toList();
        if (next.size() > 1) {
            steps.add("read by " + next.size() + " nodes at once");
        }
        return next.size() == 1 ? next.getFirst() : null;
    }

    private void add(OnnxNode node) {
        switch (node.type()) {
            case "Conv" -> steps.add("Conv " + layer(node).orElse("of unknown weights") + windowOf(node) + ", groups "
                    + node.number("group", 1) + bias(node));
            case "Gemm" -> steps.add("Gemm " + layer(node).orElse("of unknown weights") + bias(node)
                    + (node.real("alpha", 1) == 1 && node.real("beta", 1) == 1 && node.number("transA", 0) == 0
                            ? ""
                            : " with alpha, beta or transA"));
            case "MatMul" -> steps.add("Gemm " + layer(node).orElse("of unknown weights")
                    + (Optional.ofNullable(next(node)).filter(this::addsBias).isPresent() ? "" : " without its bias"));
            case "Add" -> {
                if (!addsBias(node)) {
                    steps.add("Add");
                }
            }
            case "LRN" -> steps.add(norm(node.number("size", 0), node.real("alpha", 1e-4f), node.real("beta", 0.75f),
                    node.real("bias", 1)));
            case "MaxPool" -> steps.add("MaxPool" + windowOf(node));
            case "Mul" -> steps.add("Mul by " + scalar(node));
            case "AveragePool" -> {
                String window = windowOf(node);
                if (!window.equals(window(1, 1, 0, side, side))) {
                    steps.add("AveragePool" + window);
                }
            }
            default -> {
                if (!NOTHING.contains(node.type())) {
                    steps.add(node.type());
                }
            }
        }
    }

    /// The layer whose weights a node reads.
    private Optional<String> layer(OnnxNode node) {
        return node.type().equals("Conv") || GraphWeights.isDense(node)
                ? layout.ours(node.input(1)).filter(name -> name.endsWith(".weight"))
                        .map(name -> name.substring(0, name.indexOf('.')))
                : Optional.empty();
    }

    private String bias(OnnxNode node) {
        return layout.ours(node.input(2)).equals(layer(node).map(layer -> layer + ".bias")) ? "" : " without its bias";
    }

    /// Whether a node adds the bias of the layer whose product it reads.
    private boolean addsBias(OnnxNode node) {
        return node.type().equals("Add") && node.inputs().stream().map(makers::get).filter(Objects::nonNull)
                .filter(maker -> maker.type().equals("MatMul")).flatMap(maker -> layer(maker).stream())
                .anyMatch(layer -> node.inputs().contains(layout.theirs(layer + ".bias")));
    }

    private String windowOf(OnnxNode node) {
        long in = layer(node).map(sides::get).map(Integer::longValue).orElse(side);
        Along down = along(node, 0, in);
        Along across = along(node, 1, in);
        side = down.outputs();
        return window(down.kernel(), down.stride(), down.padding(), in, down.outputs())
                + (down.equals(across) && node.length("dilations", 0, 1) == 1 && node.length("dilations", 1, 1) == 1
                        ? ""
                        : ", not the same along both axes, or dilated");
    }

    /// A window along an axis.
    ///
    /// @param padding before the first pixel
    /// @param outputs how many windows there are
    private record Along(long kernel, long stride, long padding, long outputs) {}

    private static Along along(OnnxNode node, int axis, long in) {
        long kernel = node.length("kernel_shape", axis, 0);
        long stride = Math.max(1, node.length("strides", axis, 1));
        String automatic = node.attributes().texts().getOrDefault("auto_pad", "NOTSET");
        long missing = Math.max(0, (Math.ceilDiv(in, stride) - 1) * stride + kernel - in); // for an output a stride
        long before = switch (automatic) {
            case "VALID" -> 0;
            case "SAME_UPPER" -> missing / 2;
            case "SAME_LOWER" -> missing - missing / 2;
            default -> node.length("pads", axis, 0);
        };
        long behind = switch (automatic) {
            case "VALID" -> 0;
            case "SAME_UPPER", "SAME_LOWER" -> missing - before;
            default -> node.length("pads", axis + 2, 0);
        };
        long slack = in + before + behind - kernel;
        boolean up = node.number("ceil_mode", 0) == 1;
        long outputs = 1 + (up ? Math.ceilDiv(slack, stride) : Math.floorDiv(slack, stride));
        boolean beyond = up && (outputs - 1) * stride >= in + before; // a last window that sees padding alone is none
        return new Along(kernel, stride, before, beyond ? outputs - 1 : outputs);
    }

    private String scalar(OnnxNode node) {
        for (String input : node.inputs()) {
            try {
                if (file.names().contains(input) && file.shape(input).elements() == 1) {
                    return Float.toString(file.values(input).get(NamedTensor.FLOAT, 0));
                }
            } catch (WeightFileException e) {
                return "no number"; // a whole number, say
            }
        }
        return "another tensor";
    }
}
