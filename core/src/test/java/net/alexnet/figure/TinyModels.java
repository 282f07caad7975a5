package net.alexnet.figure;

import java.util.Collections;
import java.util.List;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Network;
import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.Backend;

/// Models that the reference backend computes in milliseconds.
final class TinyModels {
    static final List<String> CLASSES = List.of("cat", "<dog> & \"friends\"", "owl");

    private TinyModels() {}

    /// Of pictures of 12 × 12 pixels, of which the network sees 8 × 8.
    static Model of(int channels, int towers, Backend backend) {
        return of(TinyNetworks.of(CLASSES.size()).withSize(TinyNetworks.INPUT, channels, 0.001).withTowers(towers),
                backend);
    }

    /// For gray pictures, without a layer.
    static Model without(String layer, Backend backend) {
        return of(TinyNetworks.of(CLASSES.size()).withTowers(1).withHead(List.of(layer), false), backend);
    }

    private static Model of(AlexNet tiny, Backend backend) {
        Preprocessing preprocessing = new Preprocessing(tiny.channels(), 12, TinyNetworks.INPUT,
                Collections.nCopies(tiny.channels(), 128.0), 1 / 128.0);
        return new Model(new ModelCard(tiny, CLASSES, preprocessing, "test"),
                Network.initialize(tiny.architecture(), tiny.initialization(), 3, backend));
    }
}
