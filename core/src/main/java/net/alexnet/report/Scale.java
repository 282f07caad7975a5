package net.alexnet.report;

import module java.base;

/// An axis: maps values to places from 0 to 1, and chooses the values that are written beside it.
///
/// @param low the value at place 0
/// @param high the value at place 1, above `low`
/// @param log whether equal ratios have equal distances; then `low` is above 0
public record Scale(double low, double high, boolean log) {
    private static final int MOST_TICKS = 7;
    private static final double[] STEPS = {1, 2, 5};

    /// @throws IllegalArgumentException if the ends are not those of an axis
    public Scale {
        if (!(low < high) || (log && !(low > 0)) || !Double.isFinite(low) || !Double.isFinite(high)) {
            throw new IllegalArgumentException("an axis needs a low end below its high end, above 0 if it is"
                    + " logarithmic; found " + low + " and " + high);
        }
    }

    /// An axis from 0 to a round number at or above all values.
    public static Scale fromZero(DoubleStream values) {
        double most = values.filter(Double::isFinite).max().orElse(1);
        double high = most > 0 ? most : 1;
        double step = step(high);
        return new Scale(0, step * Math.ceil(high / step - 1e-9), false);
    }

    /// An axis from the least to the greatest value.
    static Scale around(DoubleStream values) {
        DoubleSummaryStatistics all = values.filter(Double::isFinite).summaryStatistics();
        return all.getCount() == 0 || all.getMin() == all.getMax()
                ? new Scale(all.getCount() == 0 ? 0 : all.getMin() - 1, all.getCount() == 0 ? 1 : all.getMax() + 1,
                        false)
                : new Scale(all.getMin(), all.getMax(), false);
    }

    /// A logarithmic axis between round numbers, around all values above 0.
    static Scale logarithmic(DoubleStream values) {
        DoubleSummaryStatistics all = values.filter(one -> Double.isFinite(one) && one >= Float.MIN_NORMAL)
                .summaryStatistics();
        if (all.getCount() == 0) {
            return new Scale(0.1, 1, true);
        }
        double low = round(all.getMin(), false);
        double high = round(all.getMax(), true);
        return new Scale(low, high > low ? high : 10 * low, true);
    }

    /// The next 1, 2 or 5 times a power of ten.
    private static double round(double value, boolean up) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        double[] round = {power, 2 * power, 5 * power, 10 * power};
        return up
                ? Arrays.stream(round).filter(one -> one >= value * (1 - 1e-9)).findFirst().orElse(10 * power)
                : Arrays.stream(round).filter(one -> one <= value * (1 + 1e-9)).max().orElse(power);
    }

    /// Whether a value has a place.
    boolean has(double value) {
        return Double.isFinite(value) && (!log || value > 0);
    }

    /// The place of a value: 0 to 1, and beyond for a value beyond the ends.
    public double at(double value) {
        return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    }

    /// Round values within the ends, in ascending order.
    public List<Double> ticks() {
        return log ? logTicks() : linearTicks();
    }

    private List<Double> linearTicks() {
        double step = step(high - low);
        return LongStream.rangeClosed((long) Math.ceil(low / step - 1e-9), (long) Math.floor(high / step + 1e-9))
                .mapToObj(i -> clean(i * step)).toList();
    }

    private List<Double> logTicks() {
        int first = (int) Math.floor(Math.log10(low));
        int last = (int) Math.ceil(Math.log10(high));
        List<Double> all = IntStream.rangeClosed(first, last).boxed()
                .flatMap(power -> Arrays.stream(STEPS).mapToObj(one -> clean(one * Math.pow(10, power))))
                .filter(this::isWithin).toList();
        if (all.size() <= MOST_TICKS) {
            return all;
        }
        int every = Math.ceilDiv(last - first, MOST_TICKS);
        return IntStream.rangeClosed(first, last).filter(power -> Math.floorMod(power, every) == 0)
                .mapToObj(power -> clean(Math.pow(10, power))).filter(this::isWithin).toList();
    }

    private boolean isWithin(double value) {
        return value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
    }

    /// The least round step that makes few ticks.
    private static double step(double range) {
        double power = Math.pow(10, Math.floor(Math.log10(range / (MOST_TICKS - 1))));
        return Arrays.stream(STEPS).map(one -> one * power).filter(one -> range / one <= MOST_TICKS - 1).findFirst()
                .orElse(10 * power);
    }

    /// Without the noise of a product: 0.30000000000000004 becomes 0.3.
    private static double clean(double value) {
        return new BigDecimal(value, new MathContext(12)).doubleValue();
    }

    /// A value as it is written beside the axis.
    public static String label(double value) {
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-4 || size >= 1e7)) {
            return String.format(Locale.ROOT, "%.0e", value).replaceAll("e([+-])0?", "e$1").replace("e+", "e");
        }
        if (size < 1) { // four digits that count
            return new BigDecimal(value, new MathContext(4)).stripTrailingZeros().toPlainString();
        }
        return new DecimalFormat("#,##0.####", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(value);
    }
}
