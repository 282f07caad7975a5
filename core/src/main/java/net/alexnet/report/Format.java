package net.alexnet.report;

import module java.base;
import net.alexnet.io.Texts;

/// How numbers look in tables.
final class Format {
    private Format() {}

    static String loss(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    static String percent(double fraction) {
        return Texts.percent(fraction);
    }

    /// Three digits that count, for values of any size.
    static String significant(double value) {
        return value == 0 || !Double.isFinite(value)
                ? String.valueOf(value)
                : new BigDecimal(value, new MathContext(3)).toString().replace("E", "e");
    }
}
