package net.alexnet.nn;

import static net.alexnet.nn.Layer.DropoutScaling.AT_TEST;
import static net.alexnet.nn.Layer.DropoutScaling.AT_TRAINING;
import static net.alexnet.tensor.LocalResponseNorm.Region.ACROSS_CHANNELS;
import static net.alexnet.tensor.LocalResponseNorm.Region.WITHIN_CHANNEL;
import static net.alexnet.tensor.Rounding.CEIL;
import static net.alexnet.tensor.Rounding.FLOOR;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import module java.base;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.nn.Layer.Dense;
import net.alexnet.nn.Layer.Dropout;
import net.alexnet.nn.Layer.Flatten;
import net.alexnet.nn.Layer.L2Norm;
import net.alexnet.nn.Layer.MaxPool;
import net.alexnet.nn.Layer.Relu;
import net.alexnet.nn.Layer.ResponseNorm;
import net.alexnet.nn.Layer.Softmax;
import net.alexnet.nn.Layer.Tanh;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.tensor.Check;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Rounding;
import net.alexnet.tensor.Window;
import org.jspecify.annotations.Nullable;

/// One AlexNet: which variant, how large, and with which of the paper's ideas.
///
/// The comments in the lists of layers below are output shapes for the variant's defaults; a test recomputes them.
///
/// @param variant which of the networks below
/// @param input the side of the square input in pixels
/// @param channels 3 for color, 1 for gray images
/// @param classes at least 2
/// @param width a factor on every layer's maps and units (not on the classes), rounded to multiples of 8
/// @param towers 2 for the paper's two columns, 1 for one full network (§3.2)
/// @param activation the nonlinearity after each layer with weights but the last (§3.1)
/// @param responseNorm whether there is local response normalization (§3.3)
/// @param halved whether conv1 to conv4 have half their maps, as in the one-GPU network that the paper compares with (§3.2,
///     footnote 2); with two towers, each then has a quarter
/// @param overlappingPools pooling 3/2 if true, 2/2 if false (§3.4)
/// @param dropout the rate after fc6 and fc7, 0 for none (§4.2)
/// @param dropoutScaling whether outputs are scaled at test time, as in the paper, or while training
/// @param without names of hidden layers that are left out, with their activation and dropout, as in the experiment of
///     the paper's §7
/// @param l2Norm whether the features that fc8 reads are scaled to unit length
/// @param initialization how weights and biases start
public record AlexNet(
        Variant variant,
        int input,
        int channels,
        int classes,
        double width,
        int towers,
        boolean halved,
        Activation activation,
        boolean responseNorm,
        boolean overlappingPools,
        double dropout,
        Layer.DropoutScaling dropoutScaling,
        List<String> without,
        boolean l2Norm,
        Initialization initialization) {

    private static final List<String> HIDDEN = List.of("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7");

    /// The networks of this file.
    public enum Variant {
        /// The network of the 2012 paper, §3: 224×224 images; conv1's last windows read 3 pixels of zeros beyond the right
        /// and the bottom edge; two towers; ReLU before normalization.
        PAPER,
        /// The network of the released source, run #145 (`layers-145.cfg`), which gave the paper's results.
        ///
        /// Differences from the paper: the ReLU of conv1 and conv5 comes after the pooling; conv1 is normalized before its
        /// ReLU; conv2's maps are normalized a second time within each map (size 5, alpha .001, beta .75); conv3, conv4 and
        /// conv5 start with a standard deviation of .03. The source gives no `minDiv` for that second norm, so k is 1, the
        /// default of its tool.
        ORIGINAL,
        /// Caffe's `bvlc_alexnet`.
        ///
        /// Differences from the paper: 227×227 images; k = 1 in the response normalization, which crosses the border
        /// between the towers; biases of .1 where the paper has 1; fc6 and fc7 start at .005; dropout scales while training.
        CAFFE,
        /// Caffe's reference model, CaffeNet (`bvlc_reference_caffenet`).
        ///
        /// Differences from [#CAFFE]: conv1 and conv2 are pooled before they are normalized; biases of 1, as in the paper.
        CAFFENET,
        /// The one-tower net of 2014 ("One weird trick") as torchvision has it.
        ///
        /// Differences from the paper: 64-192-384-256-256 maps; one tower; no response normalization; conv1 padded by 2 and
        /// rounded down; dropout before fc6 and fc7 and not after, scaling while training; weights start as He et al. (2015).
        TORCHVISION,
        /// The paper's network for images too small for it, by default 32×32 of 10 classes.
        ///
        /// Differences from the paper: conv1 has 5×5 windows at stride 1, so that 32 pixels become 32 and not 7; weights start
        /// as He et al. (2015), for inputs with a standard deviation of 1.
        SMALL,
        /// A network with four hidden layers for 32×32 images of 10 classes, as that of figure 1 (§3.1).
        ///
        /// The paper does not publish its network of figure 1. cuda-convnet's networks of four hidden layers have two
        /// convolutions with pooling and two locally connected layers, whose place two convolutions of 3×3 take here. There is
        /// no normalization and no dropout, as the figure's text says.
        FOUR
    }

    /// The nonlinearity.
    public enum Activation {
        RELU, TANH
    }

    public AlexNet {
        Check.that(input >= 1, "input", input, "a side in pixels, at least 1");
        Check.that(channels == 1 || channels == 3, "channels", channels, "1 (gray) or 3 (color)");
        Check.that(classes >= 2, "classes", classes, "at least 2");
        Check.that(width > 0 && width <= 16, "width", width, "above 0 and at most 16");
        Check.that(towers == 1 || towers == 2, "towers", towers, "1 or 2");
        Check.that(dropout >= 0 && dropout < 1, "dropout", dropout, "at least 0 and below 1");
        without = List.copyOf(without);
        for (String layer : without) {
            Check.that(HIDDEN.contains(layer), "without", layer, "conv1 to conv5, fc6 and fc7");
        }
    }

    /// The network of the 2012 paper.
    public static AlexNet paper() {
        return of(Variant.PAPER);
    }

    /// The paper's network for small images.
    public static AlexNet small() {
        return of(Variant.SMALL);
    }

    /// The defaults of a variant.
    public static AlexNet of(Variant variant) {
        return switch (variant) {
            case PAPER -> defaults(variant, 224, 1000, 2, AT_TEST, Initialization.PAPER);
            case ORIGINAL -> defaults(variant, 224, 1000, 2, AT_TEST, Initialization.SOURCE);
            case CAFFE -> defaults(variant, 227, 1000, 2, AT_TRAINING, Initialization.CAFFE);
            case CAFFENET -> defaults(variant, 227, 1000, 2, AT_TRAINING, Initialization.CAFFENET);
            case TORCHVISION -> defaults(variant, 224, 1000, 1, AT_TRAINING, Initialization.HE);
            case SMALL -> defaults(variant, 32, 10, 2, AT_TEST, Initialization.HE);
            case FOUR -> defaults(variant, 32, 10, 1, AT_TEST, Initialization.HE);
        };
    }

    private static AlexNet defaults(Variant variant, int input, int classes, int towers, Layer.DropoutScaling scaling,
            Initialization initialization) {
        boolean norm = variant != Variant.TORCHVISION && variant != Variant.FOUR;
        return new AlexNet(variant, input, 3, classes, 1, towers, false, Activation.RELU, norm, true, 0.5, scaling,
                List.of(), false, initialization);
    }

    /// The layers, with every shape inferred and checked.
    ///
    /// @throws IllegalArgumentException if a window does not fit into its input; the message shows the sum
    public Architecture architecture() {
        return Architecture.of(variant.name().toLowerCase(Locale.ROOT), channels, input, chosen(layers()));
    }

    /// The layers of the table without those that are left out, and with the L2 norm if there is one.
    private List<Layer> chosen(List<Layer> table) {
        Weighted last = (Weighted) table.reversed().stream().filter(Weighted.class::isInstance).findFirst()
                .orElseThrow();
        List<Layer> chosen = new ArrayList<>();
        boolean leaveOut = false;
        boolean dropoutBefore = false; // torchvision's are before the layer that they belong to
        for (Layer layer : table) {
            if (layer instanceof Weighted weighted) {
                if (leaveOut && dropoutBefore && chosen.getLast() instanceof Dropout) {
                    chosen.removeLast();
                }
                leaveOut = without.contains(weighted.name());
                dropoutBefore = true;
                if (weighted.equals(last) && l2Norm) {
                    chosen.add(new L2Norm());
                }
            }
            boolean belongsToWeights = layer instanceof Weighted || layer instanceof Relu || layer instanceof Tanh
                    || layer instanceof Dropout;
            if (!(leaveOut && belongsToWeights)) {
                chosen.add(layer);
            } else if (layer instanceof Dropout) {
                dropoutBefore = false;
            }
        }
        return chosen;
    }

    // A window is given as kernel, stride, padding.
    // @formatter:off
    private List<Layer> layers() {
        return switch (variant) {
            case PAPER -> layers(                                                       //   3 × 224 × 224
                conv("conv1",  96, new Window(11, 4, 0, CEIL), 1),                      //  96 ×  55 ×  55
                nonlinearity(), norm(2), pool(CEIL),                                    //  96 ×  27 ×  27
                conv("conv2", 256, Window.of(5, 1, 2), towers),                         // 256 ×  27 ×  27
                nonlinearity(), norm(2), pool(CEIL),                                    // 256 ×  13 ×  13
                conv("conv3", 384, Window.of(3, 1, 1), 1), nonlinearity(),              // 384 ×  13 ×  13
                conv("conv4", 384, Window.of(3, 1, 1), towers), nonlinearity(),         // 384 ×  13 ×  13
                conv("conv5", 256, Window.of(3, 1, 1), towers),                         // 256 ×  13 ×  13
                nonlinearity(), pool(CEIL),                                             // 256 ×   6 ×   6
                flatten(),                                                              // 9216
                dense("fc6", scaled(4096)), nonlinearity(), drop(),                     // 4096
                dense("fc7", scaled(4096)), nonlinearity(), drop(),                     // 4096
                dense("fc8", classes), softmax());                                      // 1000
            case ORIGINAL -> layers(                                                    //   3 × 224 × 224
                conv("conv1",  96, new Window(11, 4, 0, CEIL), 1),                      //  96 ×  55 ×  55
                norm(2), pool(CEIL), nonlinearity(),                                    //  96 ×  27 ×  27
                conv("conv2", 256, Window.of(5, 1, 2), towers),                         // 256 ×  27 ×  27
                nonlinearity(), norm(2), normWithinMaps(), pool(CEIL),                  // 256 ×  13 ×  13
                conv("conv3", 384, Window.of(3, 1, 1), 1), nonlinearity(),              // 384 ×  13 ×  13
                conv("conv4", 384, Window.of(3, 1, 1), towers), nonlinearity(),         // 384 ×  13 ×  13
                conv("conv5", 256, Window.of(3, 1, 1), towers),                         // 256 ×  13 ×  13
                pool(CEIL), nonlinearity(),                                             // 256 ×   6 ×   6
                flatten(),                                                              // 9216
                dense("fc6", scaled(4096)), nonlinearity(), drop(),                     // 4096
                dense("fc7", scaled(4096)), nonlinearity(), drop(),                     // 4096
                dense("fc8", classes), softmax());                                      // 1000
            case CAFFE -> layers(                                                       //   3 × 227 × 227
                conv("conv1",  96, Window.of(11, 4, 0), 1),                             //  96 ×  55 ×  55
                nonlinearity(), normAcrossTowers(1), pool(CEIL),                        //  96 ×  27 ×  27
                conv("conv2", 256, Window.of(5, 1, 2), towers),                         // 256 ×  27 ×  27
                nonlinearity(), normAcrossTowers(1), pool(CEIL),                        // 256 ×  13 ×  13
                conv("conv3", 384, Window.of(3, 1, 1), 1), nonlinearity(),              // 384 ×  13 ×  13
                conv("conv4", 384, Window.of(3, 1, 1), towers), nonlinearity(),         // 384 ×  13 ×  13
                conv("conv5", 256, Window.of(3, 1, 1), towers),                         // 256 ×  13 ×  13
                nonlinearity(), pool(CEIL),                                             // 256 ×   6 ×   6
                flatten(),                                                              // 9216
                dense("fc6", scaled(4096)), nonlinearity(), drop(),                     // 4096
                dense("fc7", scaled(4096)), nonlinearity(), drop(),                     // 4096
                dense("fc8", classes), softmax());                                      // 1000
            case CAFFENET -> layers(                                                    //   3 × 227 × 227
                conv("conv1",  96, Window.of(11, 4, 0), 1),                             //  96 ×  55 ×  55
                nonlinearity(), pool(CEIL), normAcrossTowers(1),                        //  96 ×  27 ×  27
                conv("conv2", 256, Window.of(5, 1, 2), towers),                         // 256 ×  27 ×  27
                nonlinearity(), pool(CEIL), normAcrossTowers(1),                        // 256 ×  13 ×  13
                conv("conv3", 384, Window.of(3, 1, 1), 1), nonlinearity(),              // 384 ×  13 ×  13
                conv("conv4", 384, Window.of(3, 1, 1), towers), nonlinearity(),         // 384 ×  13 ×  13
                conv("conv5", 256, Window.of(3, 1, 1), towers),                         // 256 ×  13 ×  13
                nonlinearity(), pool(CEIL),                                             // 256 ×   6 ×   6
                flatten(),                                                              // 9216
                dense("fc6", scaled(4096)), nonlinearity(), drop(),                     // 4096
                dense("fc7", scaled(4096)), nonlinearity(), drop(),                     // 4096
                dense("fc8", classes), softmax());                                      // 1000
            case TORCHVISION -> layers(                                                 //   3 × 224 × 224
                conv("conv1",  64, Window.of(11, 4, 2), 1),                             //  64 ×  55 ×  55
                nonlinearity(), norm(2), pool(FLOOR),                                   //  64 ×  27 ×  27
                conv("conv2", 192, Window.of(5, 1, 2), towers),                         // 192 ×  27 ×  27
                nonlinearity(), norm(2), pool(FLOOR),                                   // 192 ×  13 ×  13
                conv("conv3", 384, Window.of(3, 1, 1), 1), nonlinearity(),              // 384 ×  13 ×  13
                conv("conv4", 256, Window.of(3, 1, 1), towers), nonlinearity(),         // 256 ×  13 ×  13
                conv("conv5", 256, Window.of(3, 1, 1), towers),                         // 256 ×  13 ×  13
                nonlinearity(), pool(FLOOR),                                            // 256 ×   6 ×   6
                flatten(), drop(),                                                      // 9216
                dense("fc6", scaled(4096)), nonlinearity(), drop(),                     // 4096
                dense("fc7", scaled(4096)), nonlinearity(),                             // 4096
                dense("fc8", classes), softmax());                                      // 1000
            case SMALL -> layers(                                                       //   3 ×  32 ×  32
                conv("conv1",  96, Window.of(5, 1, 2), 1),                              //  96 ×  32 ×  32
                nonlinearity(), norm(2), pool(CEIL),                                    //  96 ×  16 ×  16
                conv("conv2", 256, Window.of(5, 1, 2), towers),                         // 256 ×  16 ×  16
                nonlinearity(), norm(2), pool(CEIL),                                    // 256 ×   8 ×   8
                conv("conv3", 384, Window.of(3, 1, 1), 1), nonlinearity(),              // 384 ×   8 ×   8
                conv("conv4", 384, Window.of(3, 1, 1), towers), nonlinearity(),         // 384 ×   8 ×   8
                conv("conv5", 256, Window.of(3, 1, 1), towers),                         // 256 ×   8 ×   8
                nonlinearity(), pool(CEIL),                                             // 256 ×   4 ×   4
                flatten(),                                                              // 4096
                dense("fc6", scaled(4096)), nonlinearity(), drop(),                     // 4096
                dense("fc7", scaled(4096)), nonlinearity(), drop(),                     // 4096
                dense("fc8", classes), softmax());                                      // 10
            case FOUR -> layers(                                                        //   3 ×  32 ×  32
                conv("conv1",  32, Window.of(5, 1, 2), 1),                              //  32 ×  32 ×  32
                nonlinearity(), norm(2), pool(CEIL),                                    //  32 ×  16 ×  16
                conv("conv2",  32, Window.of(5, 1, 2), towers),                         //  32 ×  16 ×  16
                nonlinearity(), norm(2), pool(CEIL),                                    //  32 ×   8 ×   8
                conv("conv3",  32, Window.of(3, 1, 1), 1), nonlinearity(),              //  32 ×   8 ×   8
                conv("conv4",  32, Window.of(3, 1, 1), towers), nonlinearity(),         //  32 ×   8 ×   8
                flatten(),                                                              // 2048
                dense("fc5", classes), softmax());                                      // 10
        };
    }
    // @formatter:on

    @SafeVarargs
    private static List<Layer> layers(List<Layer>... parts) {
        List<Layer> layers = new ArrayList<>();
        for (List<Layer> part : parts) {
            layers.addAll(part);
        }
        return List.copyOf(layers);
    }

    private List<Layer> conv(String name, int filters, Window window, int groups) {
        boolean half = halved && !name.equals("conv5");
        return List.of(new Conv(name, scaled(half ? filters / 2 : filters), window, groups));
    }

    private List<Layer> nonlinearity() {
        return List.of(switch (activation) {
            case RELU -> new Relu();
            case TANH -> new Tanh();
        });
    }

    private List<Layer> norm(double k) {
        return norm(new LocalResponseNorm(ACROSS_CHANNELS, 5, k, 1e-4, 0.75, towers));
    }

    private List<Layer> normAcrossTowers(double k) {
        return norm(new LocalResponseNorm(ACROSS_CHANNELS, 5, k, 1e-4, 0.75, 1));
    }

    private List<Layer> normWithinMaps() {
        return norm(new LocalResponseNorm(WITHIN_CHANNEL, 5, 1, 1e-3, 0.75, 1));
    }

    private List<Layer> norm(LocalResponseNorm norm) {
        return responseNorm ? List.of(new ResponseNorm(norm)) : List.of();
    }

    /// Windows of 2/2 are rounded down in every variant: 55, 27 and 13 pixels then become 27, 13 and 6, as with 3/2.
    private List<Layer> pool(Rounding rounding) {
        return List.of(new MaxPool(overlappingPools ? new Window(3, 2, 0, rounding) : Window.of(2, 2, 0)));
    }

    private static List<Layer> flatten() {
        return List.of(new Flatten());
    }

    private static List<Layer> dense(String name, int units) {
        return List.of(new Dense(name, units));
    }

    private List<Layer> drop() {
        return dropout == 0 ? List.of() : List.of(new Dropout(dropout, dropoutScaling));
    }

    private static List<Layer> softmax() {
        return List.of(new Softmax());
    }

    /// A multiple of 8, so that two towers are of equal size and fill vector registers.
    private int scaled(int full) {
        return Math.max(8, 8 * (int) Math.round(full * width / 8));
    }

    /// The same network for this many classes.
    public AlexNet withClasses(int count) {
        return new AlexNet(variant, input, channels, count, width, towers, halved, activation, responseNorm,
                overlappingPools,
                dropout,
                dropoutScaling, without, l2Norm, initialization);
    }

    /// The same network without some hidden layers; with or without the L2 norm of what fc8 reads.
    public AlexNet withHead(List<String> layers, boolean unitLength) {
        return new AlexNet(variant, input, channels, classes, width, towers, halved, activation, responseNorm,
                overlappingPools,
                dropout, dropoutScaling, layers, unitLength, initialization);
    }

    /// The same network, narrower or wider, for square inputs of another size.
    public AlexNet withSize(int side, int channels, double factor) {
        return new AlexNet(variant, side, channels, classes, factor, towers, halved, activation, responseNorm,
                overlappingPools,
                dropout, dropoutScaling, without, l2Norm, initialization);
    }

    /// The same network for square inputs of another size.
    public AlexNet withInput(int side) {
        return withSize(side, channels, width);
    }

    /// The same network with one tower or two.
    public AlexNet withTowers(int count) {
        return new AlexNet(variant, input, channels, classes, width, count, halved, activation, responseNorm,
                overlappingPools,
                dropout, dropoutScaling, without, l2Norm, initialization);
    }

    /// The same network with all its maps, or with half of those of conv1 to conv4.
    public AlexNet withHalved(boolean half) {
        return new AlexNet(variant, input, channels, classes, width, towers, half, activation, responseNorm,
                overlappingPools, dropout, dropoutScaling, without, l2Norm, initialization);
    }

    /// The same network with or without ideas of the paper: ReLU (§3.1), normalization (§3.3), overlap (§3.4).
    public AlexNet withLayers(Activation neurons, boolean normalized, boolean overlapping) {
        return new AlexNet(variant, input, channels, classes, width, towers, halved, neurons, normalized, overlapping,
                dropout,
                dropoutScaling, without, l2Norm, initialization);
    }

    /// The same network with other weights at the start.
    public AlexNet withInitialization(Initialization start) {
        return new AlexNet(variant, input, channels, classes, width, towers, halved, activation, responseNorm,
                overlappingPools,
                dropout, dropoutScaling, without, l2Norm, start);
    }

    /// The same network with another rate of dropout; a rate of 0 is none.
    public AlexNet withDropout(double rate, Layer.DropoutScaling scaling) {
        return new AlexNet(variant, input, channels, classes, width, towers, halved, activation, responseNorm,
                overlappingPools,
                rate,
                scaling, without, l2Norm, initialization);
    }

    /// A variant with other values than its defaults; `null` leaves the default. Recipes and model files are read with it.
    @JsonCreator
    static AlexNet read(
            @JsonProperty(value = "variant", required = true) Variant variant,
            @JsonProperty("input") @Nullable Integer input,
            @JsonProperty("channels") @Nullable Integer channels,
            @JsonProperty("classes") @Nullable Integer classes,
            @JsonProperty("width") @Nullable Double width,
            @JsonProperty("towers") @Nullable Integer towers,
            @JsonProperty("halved") @Nullable Boolean halved,
            @JsonProperty("activation") @Nullable Activation activation,
            @JsonProperty("response_norm") @Nullable Boolean responseNorm,
            @JsonProperty("overlapping_pools") @Nullable Boolean overlappingPools,
            @JsonProperty("dropout") @Nullable Double dropout,
            @JsonProperty("dropout_scaling") Layer.@Nullable DropoutScaling dropoutScaling,
            @JsonProperty("without") @Nullable List<String> without,
            @JsonProperty("l2_norm") @Nullable Boolean l2Norm,
            @JsonProperty("initialization") @Nullable Initialization initialization) {
        AlexNet base = of(variant);
        return new AlexNet(
                variant,
                or(input, base.input),
                or(channels, base.channels),
                or(classes, base.classes),
                or(width, base.width),
                or(towers, base.towers),
                or(halved, base.halved),
                or(activation, base.activation),
                or(responseNorm, base.responseNorm),
                or(overlappingPools, base.overlappingPools),
                or(dropout, base.dropout),
                or(dropoutScaling, base.dropoutScaling),
                or(without, base.without),
                or(l2Norm, base.l2Norm),
                or(initialization, base.initialization));
    }

    private static <T> T or(@Nullable T given, T standard) {
        return given == null ? standard : given;
    }
}
