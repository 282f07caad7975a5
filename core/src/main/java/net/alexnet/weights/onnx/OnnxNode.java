package net.alexnet.weights.onnx;

import java.util.List;
import java.util.Map;

/// A node of the graph, as far as an importer must know it: a Gemm's `transB` and a Conv's `group` say what its weights mean.
///
/// @param type the operation, such as `Conv`
/// @param name the node's own, perhaps empty
/// @param inputs names of tensors and of other nodes' outputs; empty where an input is left out
/// @param outputs names
/// @param numbers the attributes that are one whole number; one that is not there has the operation's default
public record OnnxNode(String type, String name, List<String> inputs, List<String> outputs,
        Map<String, Long> numbers) {
    public OnnxNode {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        numbers = Map.copyOf(numbers);
    }
}
