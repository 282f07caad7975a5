package net.alexnet.tensor.reference;

/// Sums that were taken in double, rounded once.
final class Rounded {
    private Rounded() {}

    static float[] toFloat(double[] sums) {
        float[] rounded = new float[sums.length];
        for (int at = 0; at < sums.length; at++) {
            rounded[at] = (float) sums[at];
        }
        return rounded;
    }
}
