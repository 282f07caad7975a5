package net.alexnet.interop.onnx;

import java.util.List;
import java.util.Map;

/// A node of the graph, as far as an importer must know it.
///
/// @param type the operation, such as `Conv`
/// @param inputs names of tensors and of other nodes' outputs; empty where an input is left out
/// @param outputs names
/// @param attributes by name; an attribute that is not there has the operation's default
public record OnnxNode(String type, List<String> inputs, List<String> outputs, Attributes attributes) {
    /// A node's settings.
    ///
    /// @param reals such as `alpha`
    /// @param numbers such as `group`
    /// @param texts such as `auto_pad`
    /// @param lengths such as `strides`, the first 8 of each
    public record Attributes(Map<String, Float> reals, Map<String, Long> numbers, Map<String, String> texts,
            Map<String, List<Long>> lengths) {}

    public OnnxNode {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /// One of its inputs, empty if it has no such one.
    public String input(int index) {
        return index < inputs.size() ? inputs.get(index) : "";
    }

    /// A whole number.
    public long number(String attribute, long otherwise) {
        return attributes.numbers().getOrDefault(attribute, otherwise);
    }

    /// A float32.
    public float real(String attribute, float otherwise) {
        return attributes.reals().getOrDefault(attribute, otherwise);
    }

    /// A number of a list of whole numbers.
    public long length(String attribute, int index, long otherwise) {
        List<Long> values = attributes.lengths().getOrDefault(attribute, List.of());
        return index < values.size() ? values.get(index) : otherwise;
    }
}
