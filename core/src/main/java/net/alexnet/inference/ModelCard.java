package net.alexnet.inference;

import module java.base;
import net.alexnet.data.Synset;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.nn.AlexNet;

/// The description of a model, which a model file has in its metadata.
///
/// @param network the variant and its options
/// @param classes the classes' names; the network's n-th output is the n-th name
/// @param preprocessing of an image before the network reads it
/// @param origin of the weights, in one line
/// @param wnids the classes' identifiers in WordNet such as `n01440764`, one for each; empty if
///     they have none
/// @param views of an image, 1 or 10, over which the published figures of the weights are averaged,
///     if that is known
/// @param provenance the file that the weights were imported from; empty if they were trained by
///     this library
public record ModelCard(AlexNet network, List<String> classes, Preprocessing preprocessing, String origin,
        List<String> wnids, Optional<Integer> views, Optional<Provenance> provenance) {
    /// The order of the colors that every network reads. Importing reorders the kernels of conv1
    /// where the weights were trained with another.
    public static final String COLOR_ORDER = "rgb";

    public ModelCard {
        classes = List.copyOf(classes);
        wnids = List.copyOf(wnids);
        if (!wnids.isEmpty() && wnids.size() != classes.size()) {
            throw new IllegalArgumentException(
                    "there are " + classes.size() + " class names, but " + wnids.size() + " wnids");
        }
        if (!wnids.stream().allMatch(Synset::isWnid)
                || new HashSet<>(wnids).size() != wnids.size()) {
            throw new IllegalArgumentException(
                    "wnids must be an n and 8 digits, no two of them the same; found " + wnids);
        }
        if (views.isPresent() && views.get() != 1 && views.get() != 10) {
            throw new IllegalArgumentException("views must be 1 or 10, found " + views.get());
        }
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

    /// The card of weights that were trained by this library.
    public ModelCard(AlexNet network, List<String> classes, Preprocessing preprocessing, String origin) {
        this(network, classes, preprocessing, origin, List.of(), Optional.empty(), Optional.empty());
    }
}
