package net.alexnet.nn;

import net.alexnet.tensor.Tensor;

/// A trained tensor: the weight or the bias of a layer.
///
/// @param layer the name of its layer
/// @param bias whether it is the layer's bias, not its weight
/// @param value lives as long as the network
public record Parameter(String layer, boolean bias, Tensor value) {
    /// `conv1.weight`, `fc8.bias`.
    public String name() {
        return name(layer, bias);
    }

    static String name(String layer, boolean bias) {
        return layer + (bias ? ".bias" : ".weight");
    }
}
