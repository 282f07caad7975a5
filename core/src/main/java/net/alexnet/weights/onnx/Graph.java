package net.alexnet.weights.onnx;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.weights.protobuf.Message;
import org.jspecify.annotations.Nullable;

/// A GraphProto: `node` = 1, `initializer` = 5. Graphs within nodes' attributes (If, Loop) are not entered.
final class Graph {
    private final ExternalData external;
    private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    private final List<OnnxNode> nodes = new ArrayList<>();

    Graph(ExternalData external) {
        this.external = external;
    }

    Map<String, OnnxTensor> tensors() {
        return tensors;
    }

    List<OnnxNode> nodes() {
        return nodes;
    }

    void read(Message graph) throws IOException {
        while (graph.next()) {
            switch (graph.field()) {
                case 1 -> node(graph.message("NodeProto"));
                case 5 -> {
                    OnnxTensor tensor = OnnxTensor.parse(graph.message("TensorProto"), external);
                    if (tensor != null) {
                        add(tensor.name(), tensor);
                    }
                }
                case 15 -> throw graph.error("the graph has sparse tensors, which are not read");
                default -> {} // inputs, outputs, documentation
            }
        }
    }

    /// A NodeProto: input = 1, output = 2, name = 3, op_type = 4, attribute = 5.
    private void node(Message message) throws IOException {
        String type = "";
        String name = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Map<String, Long> numbers = new HashMap<>();
        OnnxTensor value = null;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> inputs.add(message.text());
                case 2 -> outputs.add(message.text());
                case 3 -> name = message.text();
                case 4 -> type = message.text();
                case 5 -> {
                    OnnxTensor tensor = attribute(message.message("AttributeProto"), numbers);
                    value = tensor == null ? value : tensor;
                }
                default -> {} // domain, documentation
            }
        }
        nodes.add(new OnnxNode(type, name, inputs, outputs, numbers));
        if (type.equals("Constant") && value != null && outputs.size() == 1) {
            add(outputs.getFirst(), value);
        }
    }

    /// An AttributeProto: name = 1, i = 3, t = 5. Gives the tensor of the attribute `value`, if it is that.
    private @Nullable OnnxTensor attribute(Message message, Map<String, Long> numbers) throws IOException {
        String name = "";
        Long number = null;
        OnnxTensor tensor = null;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> name = message.text();
                case 3 -> number = message.number();
                case 5 -> tensor = OnnxTensor.parse(message.message("TensorProto"), external);
                default -> {} // other types
            }
        }
        if (number != null) {
            numbers.put(name, number);
        }
        return name.equals("value") ? tensor : null;
    }

    private void add(String name, OnnxTensor tensor) throws IOException {
        if (tensors.put(name, tensor) != null) {
            throw new IOException("two tensors are named '" + name + "'");
        }
    }
}
