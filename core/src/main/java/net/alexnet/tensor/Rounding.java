package net.alexnet.tensor;

/// What happens to a last window that does not fit into its input.
public enum Rounding {
    /// The incomplete window is left out, as PyTorch and Caffe's convolution do.
    FLOOR,
    /// The incomplete window is kept and extends beyond the right or bottom edge, as in the 2012 source (`layer.py`:
    /// `1 + ceil((2·padding + size − filterSize) / stride)`). Outside pixels are zero in a convolution and ignored in a
    /// maximum.
    CEIL
}
