package net.alexnet.model;

import java.util.List;
import net.alexnet.image.Preprocessing;
import net.alexnet.net.AlexNet;

/// What a model file says of itself in its metadata, so that nobody has to guess.
///
/// @param network the table and its options
/// @param classes the classes' names; the network's n-th output is the n-th name
/// @param preprocessing what a picture goes through before it enters
/// @param origin where the weights come from, in a line
public record ModelCard(AlexNet network, List<String> classes, Preprocessing preprocessing, String origin) {
    public ModelCard {
        classes = List.copyOf(classes);
        if (network.classes() != classes.size()) {
            throw new IllegalArgumentException(
                    "the network has " + network.classes() + " outputs, but there are " + classes.size()
                            + " class names");
        }
        if (network.input() != preprocessing.crop() || network.channels() != preprocessing.channels()) {
            throw new IllegalArgumentException(
                    "the network reads " + network.channels() + " × " + network.input() + " × "
                            + network.input() + ", but the preprocessing gives " + preprocessing.channels() + " × "
                            + preprocessing.crop() + " × " + preprocessing.crop());
        }
    }
}
