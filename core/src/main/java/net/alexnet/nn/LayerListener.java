package net.alexnet.nn;

import net.alexnet.nn.Architecture.Row;
import net.alexnet.tensor.Tensor;

/// Is called by a [Network] after each layer's pass, to measure its time: that is the time since
/// the previous call. On a device that computes asynchronously, the listener must wait for it.
@FunctionalInterface
public interface LayerListener {
    /// Does nothing.
    LayerListener NONE = (_, _) -> {};

    /// The three passes of a layer.
    enum Pass {
        /// Computes the output.
        FORWARD,
        /// Computes the gradient by the input.
        BACKWARD_DATA,
        /// Computes the gradients by the weight and the bias.
        BACKWARD_WEIGHTS
    }

    /// A layer's pass is done. Layers with nothing to do in a pass are not reported.
    void done(Row row, Pass pass);

    /// A layer's output at test time. That of a convolution with a ReLU behind it is already
    /// rectified. A normalization that is computed with the pooling behind it has none, so this is
    /// not called for it.
    ///
    /// @param out `(N, …)`, valid until this returns; it must not be changed
    default void output(Row row, Tensor out) {}
}
