package net.alexnet.interop;

import module java.base;
import net.alexnet.data.image.MeanImage;
import net.alexnet.inference.ImageNet;

/// The user's choices for an import. The default of each is what the file states, else what its layout's publisher uses.
/// Not safe for use by several threads.
public final class ImportOptions {
    private static final List<String> LAYERS = WeightLayout.own();

    final WeightLayout layout;
    Optional<ClassList> classes = Optional.empty();
    Optional<ImageNet.Order> order = Optional.empty();
    Optional<List<Double>> mean = Optional.empty();
    Optional<MeanImage> meanImage = Optional.empty();
    Optional<List<Double>> scale = Optional.empty();
    List<String> only = LAYERS;
    Optional<PublishedModel> source = Optional.empty();
    boolean numbered;

    private ImportOptions(WeightLayout layout) {
        this.layout = layout;
    }

    /// Everything as a layout has it.
    public static ImportOptions of(WeightLayout layout) {
        return new ImportOptions(layout);
    }

    /// The classes, one for each output of the network.
    public ImportOptions classes(ClassList list) {
        classes = Optional.of(list);
        return this;
    }

    /// The order of the file's outputs, which are ImageNet's classes.
    public ImportOptions order(ImageNet.Order ofOutputs) {
        order = Optional.of(ofOutputs);
        return this;
    }

    /// What is subtracted from every pixel.
    ///
    /// @param values of each channel, red first, or one for all, in units of 0 to 255
    public ImportOptions mean(List<Double> values) {
        mean = Optional.of(List.copyOf(values));
        return this;
    }

    /// The mean image that is subtracted, in place of a mean; its middle, if it is larger than the network's input.
    public ImportOptions mean(MeanImage image) {
        meanImage = Optional.of(image);
        return this;
    }

    /// The factor after the mean is subtracted.
    ///
    /// @param factors of each channel, red first, or one for all
    public ImportOptions scale(List<Double> factors) {
        scale = Optional.of(List.copyOf(factors));
        return this;
    }

    /// The layers that are taken from the file; the others are initialized as for training. The 2012 source's `initw`
    /// chose layers in the same way.
    ///
    /// @param patterns such as `conv*`, with `*` for any letters and `?` for one, perhaps several with commas between them
    /// @throws IllegalArgumentException if a pattern matches no layer, or there is none
    public ImportOptions only(List<String> patterns) {
        List<String> taken = new ArrayList<>();
        for (String pattern : String.join(",", patterns).split(",", -1)) {
            String expression = Pattern.compile("[^*?]+").matcher(pattern.strip())
                    .replaceAll(literal -> Matcher.quoteReplacement(Pattern.quote(literal.group())))
                    .replace("*", ".*").replace("?", ".");
            List<String> matches = LAYERS.stream().filter(layer -> layer.matches(expression)).toList();
            if (matches.isEmpty()) {
                throw new IllegalArgumentException("no layer matches '" + pattern.strip() + "'; there are "
                        + String.join(", ", LAYERS));
            }
            taken.addAll(matches);
        }
        only = LAYERS.stream().filter(taken::contains).toList();
        return this;
    }

    /// The publication that the file comes from.
    ImportOptions source(PublishedModel published) {
        source = Optional.of(published);
        return this;
    }

    /// Names classes by the number of their output where nothing else names them.
    ImportOptions numbered() {
        numbered = true;
        return this;
    }

    boolean takesAll() {
        return only.equals(LAYERS);
    }
}
