package net.alexnet.train;

import net.alexnet.nn.Network;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;

/// The beginning of a network that does not learn. It computes as at test time: dropout in it drops nothing.
///
/// @param network as a whole
/// @param count of its rows, at least 1
public record FrozenLayers(Network network, int count) {
    /// What comes out of them for one picture, `(C, H, W)` or `(F)`.
    public Shape shape() {
        return network.architecture().rows().get(count - 1).out();
    }

    /// What they make of pictures, `(N, …)`.
    ///
    /// @param pictures `(N, C, H, W)`
    Tensor of(Tensor pictures) {
        return network.outputs(pictures, 0, count);
    }
}
