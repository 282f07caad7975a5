package net.alexnet.interop.onnx;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.interop.onnx.OnnxNode.Attributes;
import net.alexnet.interop.protobuf.Message;
import org.jspecify.annotations.Nullable;

/// A GraphProto: `node` = 1, `initializer` = 5. Graphs within nodes' attributes (If, Loop) are not entered.
final class Graph {
    /// As many as a window's padding has; other lists do not matter to a reader of weights.
    private static final int MAX_LENGTHS = 8;

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
        Attributes attributes = new Attributes(new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>());
        OnnxTensor value = null;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> inputs.add(message.text());
                case 2 -> outputs.add(message.text());
                case 3 -> name = message.text();
                case 4 -> type = message.text();
                case 5 -> {
                    OnnxTensor tensor = attribute(message.message("AttributeProto"), attributes);
                    value = tensor == null ? value : tensor;
                }
                default -> {} // domain, documentation
            }
        }
        nodes.add(new OnnxNode(type, name, inputs, outputs, attributes));
        if (type.equals("Constant") && value != null && outputs.size() == 1) {
            add(outputs.getFirst(), value);
        }
    }

    /// An AttributeProto: name = 1, f = 2, i = 3, s = 4, t = 5, ints = 8. Gives the tensor of the attribute `value`, if it is that.
    private @Nullable OnnxTensor attribute(Message message, Attributes attributes) throws IOException {
        String name = "";
        List<Long> lengths = new ArrayList<>();
        OnnxTensor tensor = null;
        Float real = null;
        Long number = null;
        String text = null;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> name = message.text();
                case 2 -> real = message.real();
                case 3 -> number = message.number();
                case 4 -> text = message.text();
                case 5 -> tensor = OnnxTensor.parse(message.message("TensorProto"), external);
                case 8 -> message.numbers(one -> {
                    if (lengths.size() < MAX_LENGTHS) {
                        lengths.add(one);
                    }
                });
                default -> {} // other types
            }
        }
        put(attributes.reals(), name, real);
        put(attributes.numbers(), name, number);
        put(attributes.texts(), name, text);
        put(attributes.lengths(), name, lengths.isEmpty() ? null : lengths);
        return name.equals("value") ? tensor : null;
    }

    private static <T> void put(Map<String, T> values, String name, @Nullable T value) {
        if (value != null) {
            values.put(name, value);
        }
    }

    private void add(String name, OnnxTensor tensor) throws IOException {
        if (tensors.put(name, tensor) != null) {
            throw new IOException("two tensors are named '" + name + "'");
        }
    }
}
