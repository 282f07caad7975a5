package net.alexnet.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import net.alexnet.nn.MemoryPlan;

/// A memory plan's parts under their names, as every command shows them.
final class MemoryEstimate {
    private MemoryEstimate() {}

    /// The parts, in the order in which they are shown.
    static Map<String, Long> of(MemoryPlan plan) {
        Map<String, Long> bytes = new LinkedHashMap<>();
        bytes.put("parameters", plan.parameters());
        bytes.put("gradients", plan.gradients());
        bytes.put("momentum", plan.momentum());
        bytes.put("input", plan.input());
        bytes.put("activations", plan.activations());
        bytes.put("workspace", plan.workspace());
        return bytes;
    }

    /// The parts and their sum.
    static Map<String, Long> withTotal(MemoryPlan plan) {
        Map<String, Long> bytes = of(plan);
        bytes.put("total", plan.total());
        return bytes;
    }
}
