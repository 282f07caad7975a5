package net.alexnet.kernel;

/// Memory that a worker's kernels write to and read again; kept from call to call, so that a step allocates nothing.
final class Scratch {
    private static final float[] NONE = {};

    private final float[][] buffers = new float[Use.values().length][];

    /// What a buffer is for: two of one kind are never in use at once.
    enum Use {
        PIXELS, STRIP, TILE, INPUT, OUTPUT, SUMS, TAPS
    }

    /// A buffer of at least this length, holding whatever it held.
    float[] get(Use use, int length) {
        float[] buffer = buffers[use.ordinal()];
        if (buffer == null || buffer.length < length) {
            buffers[use.ordinal()] = NONE; // first give back, then take
            buffer = new float[length];
            buffers[use.ordinal()] = buffer;
        }
        return buffer;
    }
}
