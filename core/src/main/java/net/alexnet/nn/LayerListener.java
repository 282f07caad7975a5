package net.alexnet.nn;

import net.alexnet.nn.Architecture.Row;

/// Is called by a [Network] after each layer's pass, to measure its time: that is the time since the previous call. On a
/// device that computes asynchronously, the listener must wait for it.
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
}
