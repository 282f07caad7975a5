package net.alexnet.nn;

import net.alexnet.nn.AlexNet.Activation;
import net.alexnet.nn.AlexNet.Variant;

/// AlexNets that the reference backend walks in milliseconds.
public final class TinyNetworks {
    /// The side of their input, in pixels.
    public static final int INPUT = 8;

    private TinyNetworks() {}

    /// Variant `small` for grey pictures of 8 × 8 pixels, 8 maps and units a layer, without dropout.
    public static AlexNet of(int classes) {
        return new AlexNet(Variant.SMALL, INPUT, 1, classes, 0.001, 2, Activation.RELU, true, true, 0,
                Initialization.HE);
    }
}
