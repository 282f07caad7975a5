package net.alexnet.tensor;

/// A square window sliding over a map, the same along both axes.
///
/// @param kernel the window's side in pixels, at least 1
/// @param stride the step between two windows, at least 1
/// @param padding pixels added on every side, at least 0 and less than the kernel
/// @param rounding whether a last, incomplete window counts
public record Window(int kernel, int stride, int padding, Rounding rounding) {
    public Window {
        if (kernel < 1 || stride < 1 || padding < 0 || padding >= kernel) {
            throw new IllegalArgumentException(
                    "a window needs kernel >= 1, stride >= 1 and 0 <= padding < kernel; found kernel " + kernel
                            + ", stride " + stride + ", padding " + padding);
        }
    }

    public static Window of(int kernel, int stride, int padding) {
        return new Window(kernel, stride, padding, Rounding.FLOOR);
    }

    /// The number of windows along an axis of `size` pixels; less than 1 where not even one fits.
    public int outputs(int size) {
        int slack = size + 2 * padding - kernel;
        return 1 + (rounding == Rounding.CEIL ? Math.ceilDiv(slack, stride) : Math.floorDiv(slack, stride));
    }

    /// How many pixels the last window reads beyond the edge of an axis of `size`, padding included. The paper's input of 224
    /// pixels gives 3.
    public int overhang(int size) {
        return Math.max(0, (outputs(size) - 1) * stride + kernel - padding - size);
    }

    /// The calculation of [#outputs(int)], for error messages: `1 + floor((5 + 2·0 − 11) / 4) = -1`.
    public String sum(int size) {
        String name = rounding == Rounding.CEIL ? "ceil" : "floor";
        return "1 + " + name + "((" + size + " + 2·" + padding + " − " + kernel + ") / " + stride + ") = "
                + outputs(size);
    }
}
