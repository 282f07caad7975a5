package net.alexnet.nn;

/// AlexNets that the reference backend computes in milliseconds.
public final class TinyNetworks {
    /// The side of their input, in pixels.
    public static final int INPUT = 8;

    private TinyNetworks() {}

    /// Variant `small` for gray images of 8 × 8 pixels, 8 maps and units a layer, without dropout.
    public static AlexNet of(int classes) {
        return AlexNet.small().withSize(INPUT, 1, 0.001).withClasses(classes)
                .withDropout(0, Layer.DropoutScaling.AT_TEST);
    }
}
