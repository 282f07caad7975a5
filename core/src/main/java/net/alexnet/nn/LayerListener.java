package net.alexnet.nn;

import net.alexnet.nn.Architecture.Row;

/// Is told as a [Network] goes through its layers, so that what each of them costs can be read: the time of a layer's pass
/// is that since the call before. [Network#withListener] gives a network that calls one.
///
/// Where a device works behind the program's back, it is for the listener to wait for it.
@FunctionalInterface
public interface LayerListener {
    /// Looks at nothing.
    LayerListener NONE = (_, _) -> {};

    /// The three ways through a layer.
    enum Pass {
        /// From its input to its output.
        FORWARD,
        /// From the gradient by its output to that by its input.
        BACKWARD_DATA,
        /// From its input and the gradient by its output to the gradients by what it learns.
        BACKWARD_WEIGHTS
    }

    /// A layer's pass is done. Layers that have nothing to do in a pass are not told of.
    void done(Row row, Pass pass);
}
