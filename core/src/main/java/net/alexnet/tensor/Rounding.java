package net.alexnet.tensor;

/// What happens where a window's last step does not fit into its input.
public enum Rounding {
    /// The incomplete window is left out, as PyTorch and Caffe's convolution do.
    FLOOR,
    /// The incomplete window is kept and hangs over the right and bottom edge, as the 2012 source does
    /// (`layer.py`: `1 + ceil((2·padding + size − filterSize) / stride)`). What lies outside reads zero in a
    /// convolution and never wins in a maximum.
    CEIL
}
