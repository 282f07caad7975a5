package net.alexnet.interop.onnx;

import module java.base;

/// A node of the graph, as far as an importer must know it.
///
/// @param type the operation, such as `Conv`
/// @param inputs names of tensors and of other nodes' outputs; empty where an input is left out
/// @param outputs names
/// @param attributes by name, each a [Float], a [Long], a [String] or a list of [Long], of which the first 8 are there; an
///     attribute that is not there has the operation's default
public record OnnxNode(String type, List<String> inputs, List<String> outputs, Map<String, Object> attributes) {
    public OnnxNode {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        attributes = Map.copyOf(attributes);
    }

    /// One of its inputs, empty if it has no such one.
    public String input(int index) {
        return index < inputs.size() ? inputs.get(index) : "";
    }

    /// A whole number.
    public long number(String attribute, long otherwise) {
        return attributes.get(attribute) instanceof Long number ? number : otherwise;
    }

    /// A float32.
    public float real(String attribute, float otherwise) {
        return attributes.get(attribute) instanceof Float real ? real : otherwise;
    }

    /// A number of a list of whole numbers.
    public long length(String attribute, int index, long otherwise) {
        return attributes.get(attribute) instanceof List<?> list && index < list.size()
                && list.get(index) instanceof Long number ? number : otherwise;
    }
}
