package net.alexnet.nn;

/// AlexNets that the reference backend walks in milliseconds.
public final class TinyNetworks {
    /// The side of their input, in pixels.
    public static final int INPUT = 8;

    private TinyNetworks() {}

    /// Variant `small` for grey pictures of 8 × 8 pixels, 8 maps and units a layer, without dropout.
    public static AlexNet of(int classes) {
        return AlexNet.small().toBuilder().input(INPUT).channels(1).classes(classes).width(0.001).dropout(0).build();
    }
}
