package net.alexnet.inference;

import module java.base;
import net.alexnet.data.Synset;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Weighted;

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
/// @param untrained the layers whose weights are initial values, such as `fc8`, in the order of the
///     network; empty if all are trained. What such a layer and those after it give means nothing
public record ModelCard(AlexNet network, List<String> classes, Preprocessing preprocessing, String origin,
        List<String> wnids, Optional<Integer> views, Optional<Provenance> provenance, List<String> untrained) {
    /// The order of the colors that every network reads. Importing reorders the kernels of conv1
    /// where the weights were trained with another.
    public static final String COLOR_ORDER = "rgb";

    public ModelCard {
        classes = List.copyOf(classes);
        wnids = List.copyOf(wnids);
        untrained = List.copyOf(untrained);
        for (String layer : untrained) {
            if (network.architecture().rows().stream()
                    .noneMatch(row -> row.layer() instanceof Weighted && row.name().equals(layer))) {
                throw new IllegalArgumentException("the network has no layer '" + layer
                        + "' with weights, which is said to be untrained");
            }
        }
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
        this(network, classes, preprocessing, origin, List.of(), Optional.empty(), Optional.empty(), List.of());
    }

    /// How a picture becomes the network's input, in words for a person.
    public String pictures() {
        return "shorter side resized to " + preprocessing.resize() + ", center square, view of " + preprocessing.crop()
                + ", " + colors() + ", minus "
                + preprocessing.meanImage()
                        .map(_ -> "a mean image (on average " + rounded(preprocessing.mean()) + ")")
                        .orElseGet(() -> "the mean " + rounded(preprocessing.mean()))
                + (preprocessing.scale().stream().allMatch(factor -> factor == 1)
                        ? ""
                        : ", times " + rounded(preprocessing.scale()));
    }

    /// The colors of a picture that the network reads: [#COLOR_ORDER] or `gray`.
    public String colors() {
        return preprocessing.channels() == 3 ? COLOR_ORDER : "gray";
    }

    private static String rounded(List<Double> values) {
        List<Double> shown = values.stream().distinct().count() == 1 ? values.subList(0, 1) : values;
        return shown.stream().map(value -> String.format(Locale.ROOT, "%.5g", value)).collect(Collectors.joining(", "));
    }

    /// Refuses to compute what means nothing.
    ///
    /// @param end how many rows of the network are to be computed
    /// @throws IllegalArgumentException if the weights of one of them are not trained; the message
    ///     names these layers and says what to do
    public void requireTrained(int end) {
        List<String> needed = network.architecture().rows().subList(0, end).stream().map(Row::name)
                .filter(untrained::contains).toList();
        if (!needed.isEmpty()) {
            throw new IllegalArgumentException("this model has no trained weights of " + String.join(", ", needed)
                    + " (" + origin + "), so it cannot classify yet, and features of these layers and those"
                    + " after them mean nothing. Fine-tune it on your pictures, or take features of an earlier layer");
        }
    }
}
