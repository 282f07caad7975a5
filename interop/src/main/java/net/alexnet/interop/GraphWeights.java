package net.alexnet.interop;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.alexnet.interop.onnx.OnnxFile;
import net.alexnet.interop.onnx.OnnxNode;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Shape;

/// The weights of an ONNX graph as its nodes read them: a weight that stands inputs × outputs is turned to outputs × inputs,
/// and what is read as no weight, such as the shape that a Reshape makes, is not listed.
final class GraphWeights implements WeightFile {
    private final OnnxFile graph;
    private final Set<String> turned = new HashSet<>();
    private final List<String> names;

    GraphWeights(OnnxFile graph) throws WeightFileException {
        this.graph = graph;
        Set<String> weights = new HashSet<>();
        Set<String> others = new HashSet<>();
        Set<String> upright = new HashSet<>();
        Set<String> products = new HashSet<>();
        for (OnnxNode node : graph.nodes()) {
            boolean dense = isDense(node);
            boolean bias = node.type().equals("Add") && node.inputs().stream().anyMatch(products::contains);
            boolean weighted = dense || bias || node.type().equals("Conv");
            if (node.type().equals("MatMul")) {
                products.addAll(node.outputs());
            }
            (weighted ? weights : others).addAll(node.inputs());
            if (weighted) {
                (dense && (node.type().equals("MatMul") || node.number("transB", 0) == 0) ? turned : upright)
                        .add(node.input(1));
            }
        }
        this.names = graph.names().stream().filter(name -> weights.contains(name) || !others.contains(name)).toList();
        for (String name : names) {
            if (turned.contains(name) && upright.contains(name)) {
                throw new WeightFileException(path(), "tensor '" + name
                        + "' is read both as outputs × inputs and as inputs × outputs, which no layer's weight is");
            }
        }
    }

    /// Whether a node is a fully connected layer, or most of one.
    static boolean isDense(OnnxNode node) {
        return node.type().equals("Gemm") || node.type().equals("MatMul");
    }

    OnnxFile graph() {
        return graph;
    }

    @Override
    public Path path() {
        return graph.path();
    }

    @Override
    public Map<String, String> metadata() {
        return graph.metadata();
    }

    @Override
    public List<String> names() {
        return names;
    }

    private boolean isTurned(String name) throws WeightFileException {
        return turned.contains(name) && graph.shape(name).rank() == 2;
    }

    @Override
    public Shape shape(String name) throws WeightFileException {
        Shape shape = graph.shape(name);
        return isTurned(name) ? Shape.of(shape.dim(1), shape.dim(0)) : shape;
    }

    @Override
    public MemorySegment values(String name) throws WeightFileException {
        MemorySegment values = graph.values(name);
        if (!isTurned(name)) {
            return values;
        }
        int rows = graph.shape(name).dim(0);
        int columns = graph.shape(name).dim(1);
        if ((long) rows * columns > Integer.MAX_VALUE - 8) {
            throw new WeightFileException(path(), "tensor '" + name + "' has too many values for one array");
        }
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
        graph.close();
    }
}
