package net.alexnet.inference;

import java.util.Locale;

/// How sure an error rate is that was counted on some pictures: the interval of E. B. Wilson (1927), which holds the true
/// rate in 95 of 100 cases, also for few pictures and for rates near 0.
///
/// @param low a fraction, 0 to `high`
/// @param high a fraction, `low` to 1
public record ErrorInterval(double low, double high) {
    private static final double Z = 1.959963984540054; // the normal distribution has 2.5 % above it

    /// The interval of `wrong / pictures`.
    ///
    /// @param wrong 0 to `pictures`
    /// @param pictures at least 1, drawn independently
    public static ErrorInterval of(long wrong, long pictures) {
        if (wrong < 0 || pictures < 1 || wrong > pictures) {
            throw new IllegalArgumentException(
                    wrong + " wrong of " + pictures + " pictures; expected 0 to all of them");
        }
        double rate = (double) wrong / pictures;
        double square = Z * Z / pictures;
        double middle = (rate + square / 2) / (1 + square);
        double half = Math.sqrt(rate * (1 - rate) * square + square * square / 4) / (1 + square);
        // what rounding leaves at the ends is no error rate
        return new ErrorInterval(wrong == 0 ? 0 : middle - half, wrong == pictures ? 1 : middle + half);
    }

    /// Both ends in percent: `10.4 to 14.5`.
    public String percent() {
        return String.format(Locale.ROOT, "%.1f to %.1f", 100 * low, 100 * high);
    }
}
