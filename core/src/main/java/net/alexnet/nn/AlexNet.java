package net.alexnet.nn;

import static net.alexnet.nn.Layer.DropoutScaling.AT_TEST;
import static net.alexnet.nn.Layer.DropoutScaling.AT_TRAINING;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.nn.Layer.Dense;
import net.alexnet.nn.Layer.Dropout;
import net.alexnet.nn.Layer.Flatten;
import net.alexnet.nn.Layer.MaxPool;
import net.alexnet.nn.Layer.Relu;
import net.alexnet.nn.Layer.ResponseNorm;
import net.alexnet.nn.Layer.Softmax;
import net.alexnet.nn.Layer.Tanh;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Rounding;
import net.alexnet.tensor.Window;
import net.alexnet.util.Check;
import org.jspecify.annotations.Nullable;

/// One AlexNet: which variant, how large, and with which of the paper's ideas.
///
/// The sizes at the ends of the lines of a variant below hold for its defaults; a test recomputes them.
///
/// @param variant which of the networks below
/// @param input the side of the square input in pixels
/// @param channels 3 for colour, 1 for grey pictures
/// @param classes what the last layer tells apart, at least 2
/// @param width a factor on every layer's maps and units (not on the classes), rounded to multiples of 8
/// @param towers 2 for the paper's two columns, 1 for one full network (§3.2)
/// @param activation the neurons' non-linearity (§3.1)
/// @param responseNorm whether there is local response normalisation (§3.3)
/// @param overlappingPools pooling 3/2 if true, 2/2 if false (§3.4)
/// @param dropout the rate after fc6 and fc7, 0 for none (§4.2)
/// @param dropoutScaling where dropout makes up for the missing units: the paper halves at test, later ones double in training
/// @param initialization how weights and biases start
public record AlexNet(
        Variant variant,
        int input,
        int channels,
        int classes,
        double width,
        int towers,
        Activation activation,
        boolean responseNorm,
        boolean overlappingPools,
        double dropout,
        Layer.DropoutScaling dropoutScaling,
        Initialization initialization) {

    /// The networks of this file.
    public enum Variant {
        PAPER, ORIGINAL, CAFFE, CAFFENET, TORCHVISION, SMALL
    }

    /// What stands after each weighted layer but the last.
    public enum Activation {
        RELU, TANH
    }

    public AlexNet {
        Check.that(input >= 1, "input", input, "a side in pixels, at least 1");
        Check.that(channels == 1 || channels == 3, "channels", channels, "1 (grey) or 3 (colour)");
        Check.that(classes >= 2, "classes", classes, "at least 2");
        Check.that(width > 0 && width <= 16, "width", width, "above 0 and at most 16");
        Check.that(towers == 1 || towers == 2, "towers", towers, "1 or 2");
        Check.that(dropout >= 0 && dropout < 1, "dropout", dropout, "at least 0 and below 1");
    }

    /// With the variant's own dropout scaling.
    public AlexNet(Variant variant, int input, int channels, int classes, double width, int towers,
            Activation activation,
            boolean responseNorm, boolean overlappingPools, double dropout, Initialization initialization) {
        this(variant, input, channels, classes, width, towers, activation, responseNorm, overlappingPools, dropout,
                usualScaling(variant), initialization);
    }

    private static Layer.DropoutScaling usualScaling(Variant variant) {
        return switch (variant) {
            case PAPER, ORIGINAL, SMALL -> AT_TEST;
            case CAFFE, CAFFENET, TORCHVISION -> AT_TRAINING;
        };
    }

    /// The network of the 2012 paper, §3: 224×224 pictures of which conv1's last windows read 3 pixels of zeros beyond
    /// the right and bottom edge, two towers, ReLU before normalisation.
    public static AlexNet paper() {
        return new AlexNet(
                Variant.PAPER, 224, 3, 1000, 1, 2, Activation.RELU, true, true, 0.5, Initialization.PAPER);
    }

    /// The network of the released source, run #145 (`layers-145.cfg`), which made the paper's numbers.
    ///
    /// Differences from the paper: conv1 and conv5 have their ReLU behind the pooling, conv1 is normalised before it is
    /// rectified; conv2's maps are normalised a second time within each map (size 5, alpha .001, beta .75); conv3, conv4
    /// and conv5 start at a deviation of .03. For that second norm the source's file names no `minDiv`, so its tool's
    /// default of 1 stands as k.
    public static AlexNet original() {
        return paper().with(Variant.ORIGINAL).with(Initialization.SOURCE);
    }

    /// Caffe's `bvlc_alexnet`.
    ///
    /// Differences from the paper: 227×227 pictures, k = 1 in the response normalisation, which crosses the towers'
    /// border; biases of .1 where the paper has 1, fc6 and fc7 start at .005; dropout scales while training.
    public static AlexNet caffe() {
        return new AlexNet(
                Variant.CAFFE, 227, 3, 1000, 1, 2, Activation.RELU, true, true, 0.5, Initialization.CAFFE);
    }

    /// Caffe's reference model, CaffeNet (`bvlc_reference_caffenet`).
    ///
    /// Differences from [#caffe()]: conv1 and conv2 are pooled before they are normalised; biases of 1, as in the paper.
    public static AlexNet caffenet() {
        return caffe().with(Variant.CAFFENET).with(Initialization.CAFFENET);
    }

    /// The one-tower net of 2014 ("One weird trick") as torchvision has it.
    ///
    /// Differences from the paper: 64-192-384-256-256 maps, one tower, no response normalisation, conv1 padded by 2 and
    /// rounded down, dropout before fc6 and fc7 and not after, scaling while training; weights start as He et al. (2015).
    public static AlexNet torchvision() {
        return new AlexNet(
                Variant.TORCHVISION, 224, 3, 1000, 1, 1, Activation.RELU, false, true, 0.5, Initialization.HE);
    }

    /// The paper's network for pictures too small for it, by default 32×32 of 10 classes.
    ///
    /// Differences from the paper: conv1 looks through 5×5 windows at stride 1, so that 32 pixels become 32 and not 7;
    /// weights start as He et al. (2015), for inputs of unit deviation.
    public static AlexNet small() {
        return new AlexNet(
                Variant.SMALL, 32, 3, 10, 1, 2, Activation.RELU, true, true, 0.5, Initialization.HE);
    }

    /// The defaults of a variant.
    public static AlexNet of(Variant variant) {
        return switch (variant) {
            case PAPER -> paper();
            case ORIGINAL -> original();
            case CAFFE -> caffe();
            case CAFFENET -> caffenet();
            case TORCHVISION -> torchvision();
            case SMALL -> small();
        };
    }

    /// The layers, with every shape inferred and checked.
    ///
    /// @throws IllegalArgumentException if a window does not fit into its input; the message shows the sum
    public Architecture architecture() {
        return Architecture.of(variant.name().toLowerCase(java.util.Locale.ROOT), channels, input, layers());
    }

    private List<Layer> layers() {
        return switch (variant) {
            case PAPER -> paperLayers();
            case ORIGINAL -> originalLayers();
            case CAFFE -> caffeLayers();
            case CAFFENET -> caffenetLayers();
            case TORCHVISION -> torchvisionLayers();
            case SMALL -> smallLayers();
        };
    }

    // @formatter:off
    private List<Layer> paperLayers() {
        return layers(                                                                     //   3 × 224 × 224
            conv("conv1",  96, kernel(11), stride(4), rounded(Rounding.CEIL)),             //  96 ×  55 ×  55
            nonlinearity(), norm(2), pool(Rounding.CEIL),                                  //  96 ×  27 ×  27
            conv("conv2", 256, kernel(5), pad(2), groups(towers)),                         // 256 ×  27 ×  27
            nonlinearity(), norm(2), pool(Rounding.CEIL),                                  // 256 ×  13 ×  13
            conv("conv3", 384, kernel(3), pad(1)),                                         // 384 ×  13 ×  13
            nonlinearity(),
            conv("conv4", 384, kernel(3), pad(1), groups(towers)),                         // 384 ×  13 ×  13
            nonlinearity(),
            conv("conv5", 256, kernel(3), pad(1), groups(towers)),                         // 256 ×  13 ×  13
            nonlinearity(), pool(Rounding.CEIL),                                           // 256 ×   6 ×   6
            flatten(),                                                                     // 9216
            dense("fc6", 4096), nonlinearity(), drop(),                                    // 4096
            dense("fc7", 4096), nonlinearity(), drop(),                                    // 4096
            classifier("fc8"), softmax());                                                 // 1000
    }

    private List<Layer> originalLayers() {
        return layers(                                                                     //   3 × 224 × 224
            conv("conv1",  96, kernel(11), stride(4), rounded(Rounding.CEIL)),             //  96 ×  55 ×  55
            norm(2), pool(Rounding.CEIL), nonlinearity(),                                  //  96 ×  27 ×  27
            conv("conv2", 256, kernel(5), pad(2), groups(towers)),                         // 256 ×  27 ×  27
            nonlinearity(), norm(2), normWithinMaps(), pool(Rounding.CEIL),                // 256 ×  13 ×  13
            conv("conv3", 384, kernel(3), pad(1)),                                         // 384 ×  13 ×  13
            nonlinearity(),
            conv("conv4", 384, kernel(3), pad(1), groups(towers)),                         // 384 ×  13 ×  13
            nonlinearity(),
            conv("conv5", 256, kernel(3), pad(1), groups(towers)),                         // 256 ×  13 ×  13
            pool(Rounding.CEIL), nonlinearity(),                                           // 256 ×   6 ×   6
            flatten(),                                                                     // 9216
            dense("fc6", 4096), nonlinearity(), drop(),                                    // 4096
            dense("fc7", 4096), nonlinearity(), drop(),                                    // 4096
            classifier("fc8"), softmax());                                                 // 1000
    }

    private List<Layer> caffeLayers() {
        return layers(                                                                     //   3 × 227 × 227
            conv("conv1",  96, kernel(11), stride(4)),                                     //  96 ×  55 ×  55
            nonlinearity(), normAcrossTowers(1), pool(Rounding.CEIL),                      //  96 ×  27 ×  27
            conv("conv2", 256, kernel(5), pad(2), groups(towers)),                         // 256 ×  27 ×  27
            nonlinearity(), normAcrossTowers(1), pool(Rounding.CEIL),                      // 256 ×  13 ×  13
            conv("conv3", 384, kernel(3), pad(1)),                                         // 384 ×  13 ×  13
            nonlinearity(),
            conv("conv4", 384, kernel(3), pad(1), groups(towers)),                         // 384 ×  13 ×  13
            nonlinearity(),
            conv("conv5", 256, kernel(3), pad(1), groups(towers)),                         // 256 ×  13 ×  13
            nonlinearity(), pool(Rounding.CEIL),                                           // 256 ×   6 ×   6
            flatten(),                                                                     // 9216
            dense("fc6", 4096), nonlinearity(), drop(),                                    // 4096
            dense("fc7", 4096), nonlinearity(), drop(),                                    // 4096
            classifier("fc8"), softmax());                                                 // 1000
    }

    private List<Layer> caffenetLayers() {
        return layers(                                                                     //   3 × 227 × 227
            conv("conv1",  96, kernel(11), stride(4)),                                     //  96 ×  55 ×  55
            nonlinearity(), pool(Rounding.CEIL), normAcrossTowers(1),                      //  96 ×  27 ×  27
            conv("conv2", 256, kernel(5), pad(2), groups(towers)),                         // 256 ×  27 ×  27
            nonlinearity(), pool(Rounding.CEIL), normAcrossTowers(1),                      // 256 ×  13 ×  13
            conv("conv3", 384, kernel(3), pad(1)),                                         // 384 ×  13 ×  13
            nonlinearity(),
            conv("conv4", 384, kernel(3), pad(1), groups(towers)),                         // 384 ×  13 ×  13
            nonlinearity(),
            conv("conv5", 256, kernel(3), pad(1), groups(towers)),                         // 256 ×  13 ×  13
            nonlinearity(), pool(Rounding.CEIL),                                           // 256 ×   6 ×   6
            flatten(),                                                                     // 9216
            dense("fc6", 4096), nonlinearity(), drop(),                                    // 4096
            dense("fc7", 4096), nonlinearity(), drop(),                                    // 4096
            classifier("fc8"), softmax());                                                 // 1000
    }

    private List<Layer> torchvisionLayers() {
        return layers(                                                                     //   3 × 224 × 224
            conv("conv1",  64, kernel(11), stride(4), pad(2)),                             //  64 ×  55 ×  55
            nonlinearity(), norm(2), pool(Rounding.FLOOR),                                 //  64 ×  27 ×  27
            conv("conv2", 192, kernel(5), pad(2), groups(towers)),                         // 192 ×  27 ×  27
            nonlinearity(), norm(2), pool(Rounding.FLOOR),                                 // 192 ×  13 ×  13
            conv("conv3", 384, kernel(3), pad(1)),                                         // 384 ×  13 ×  13
            nonlinearity(),
            conv("conv4", 256, kernel(3), pad(1), groups(towers)),                         // 256 ×  13 ×  13
            nonlinearity(),
            conv("conv5", 256, kernel(3), pad(1), groups(towers)),                         // 256 ×  13 ×  13
            nonlinearity(), pool(Rounding.FLOOR),                                          // 256 ×   6 ×   6
            flatten(), drop(),                                                             // 9216
            dense("fc6", 4096), nonlinearity(), drop(),                                    // 4096
            dense("fc7", 4096), nonlinearity(),                                            // 4096
            classifier("fc8"), softmax());                                                 // 1000
    }

    private List<Layer> smallLayers() {
        return layers(                                                                     //   3 ×  32 ×  32
            conv("conv1",  96, kernel(5), pad(2)),                                         //  96 ×  32 ×  32
            nonlinearity(), norm(2), pool(Rounding.CEIL),                                  //  96 ×  16 ×  16
            conv("conv2", 256, kernel(5), pad(2), groups(towers)),                         // 256 ×  16 ×  16
            nonlinearity(), norm(2), pool(Rounding.CEIL),                                  // 256 ×   8 ×   8
            conv("conv3", 384, kernel(3), pad(1)),                                         // 384 ×   8 ×   8
            nonlinearity(),
            conv("conv4", 384, kernel(3), pad(1), groups(towers)),                         // 384 ×   8 ×   8
            nonlinearity(),
            conv("conv5", 256, kernel(3), pad(1), groups(towers)),                         // 256 ×   8 ×   8
            nonlinearity(), pool(Rounding.CEIL),                                           // 256 ×   4 ×   4
            flatten(),                                                                     // 4096
            dense("fc6", 4096), nonlinearity(), drop(),                                    // 4096
            dense("fc7", 4096), nonlinearity(), drop(),                                    // 4096
            classifier("fc8"), softmax());                                                 // 10
    }
    // @formatter:on

    // --- the words of the variants -----------------------------------------------------------------------------------

    @SafeVarargs
    private static List<Layer> layers(List<Layer>... lines) {
        List<Layer> layers = new ArrayList<>();
        for (List<Layer> line : lines) {
            layers.addAll(line);
        }
        return List.copyOf(layers);
    }

    @SafeVarargs
    private List<Layer> conv(String name, int filters, UnaryOperator<Conv>... settings) {
        Conv conv = new Conv(name, scaled(filters), Window.of(1, 1, 0), 1);
        for (UnaryOperator<Conv> setting : settings) {
            conv = setting.apply(conv);
        }
        return List.of(conv);
    }

    private static UnaryOperator<Conv> kernel(int size) {
        return c -> new Conv(c.name(), c.filters(), new Window(size, 1, 0, Rounding.FLOOR), c.groups());
    }

    private static UnaryOperator<Conv> stride(int stride) {
        return c -> windowed(c, new Window(c.window().kernel(), stride, c.window().padding(), c.window().rounding()));
    }

    private static UnaryOperator<Conv> pad(int pad) {
        return c -> windowed(c, new Window(c.window().kernel(), c.window().stride(), pad, c.window().rounding()));
    }

    private static UnaryOperator<Conv> rounded(Rounding rounding) {
        return c -> windowed(c, new Window(c.window().kernel(), c.window().stride(), c.window().padding(), rounding));
    }

    private static UnaryOperator<Conv> groups(int groups) {
        return c -> new Conv(c.name(), c.filters(), c.window(), groups);
    }

    private static Conv windowed(Conv conv, Window window) {
        return new Conv(conv.name(), conv.filters(), window, conv.groups());
    }

    private List<Layer> nonlinearity() {
        return List.of(
                switch (activation) {
                    case RELU -> new Relu();
                    case TANH -> new Tanh();
                });
    }

    private List<Layer> norm(double k) {
        return across(k, towers);
    }

    private List<Layer> normAcrossTowers(double k) {
        return across(k, 1);
    }

    private List<Layer> across(double k, int groups) {
        return norm(new LocalResponseNorm(LocalResponseNorm.Region.ACROSS_CHANNELS, 5, k, 1e-4, 0.75, groups));
    }

    private List<Layer> normWithinMaps() {
        return norm(new LocalResponseNorm(LocalResponseNorm.Region.WITHIN_CHANNEL, 5, 1, 1e-3, 0.75, 1));
    }

    private List<Layer> norm(LocalResponseNorm norm) {
        return responseNorm ? List.of(new ResponseNorm(norm)) : List.of();
    }

    /// Windows of 2/2 are rounded down whatever the variant says: 55, 27 and 13 pixels then become 27, 13 and 6, as with 3/2.
    private List<Layer> pool(Rounding rounding) {
        return List.of(new MaxPool(overlappingPools ? new Window(3, 2, 0, rounding) : Window.of(2, 2, 0)));
    }

    private static List<Layer> flatten() {
        return List.of(new Flatten());
    }

    private List<Layer> dense(String name, int units) {
        return List.of(new Dense(name, scaled(units)));
    }

    private List<Layer> classifier(String name) {
        return List.of(new Dense(name, classes));
    }

    private List<Layer> drop() {
        return dropout == 0 ? List.of() : List.of(new Dropout(dropout, dropoutScaling));
    }

    private static List<Layer> softmax() {
        return List.of(new Softmax());
    }

    /// Multiples of 8 keep two towers even and a vector register full.
    private int scaled(int full) {
        return Math.max(8, 8 * (int) Math.round(full * width / 8));
    }

    // --- changes ---------------------------------------------------------------------------------------------------

    private AlexNet with(Variant other) {
        return new AlexNet(other, input, channels, classes, width, towers, activation, responseNorm, overlappingPools,
                dropout, dropoutScaling, initialization);
    }

    private AlexNet with(Initialization other) {
        return new AlexNet(variant, input, channels, classes, width, towers, activation, responseNorm, overlappingPools,
                dropout, dropoutScaling, other);
    }

    /// The same network for this many classes.
    public AlexNet withClasses(int count) {
        return new AlexNet(variant, input, channels, count, width, towers, activation, responseNorm, overlappingPools,
                dropout, dropoutScaling, initialization);
    }

    /// The same network, narrower or wider, for square inputs of another size.
    public AlexNet withSize(int side, int colours, double factor) {
        return new AlexNet(variant, side, colours, classes, factor, towers, activation, responseNorm, overlappingPools,
                dropout, dropoutScaling, initialization);
    }

    /// The same network with one tower or two.
    public AlexNet withTowers(int count) {
        return new AlexNet(variant, input, channels, classes, width, count, activation, responseNorm, overlappingPools,
                dropout, dropoutScaling, initialization);
    }

    /// The same network with dropout's other way of making up for the missing units.
    public AlexNet withDropoutScaling(Layer.DropoutScaling scaling) {
        return new AlexNet(variant, input, channels, classes, width, towers, activation, responseNorm, overlappingPools,
                dropout, scaling, initialization);
    }

    /// A variant's defaults with the values that are given; `null` leaves the default. This is how a recipe and a model file
    /// spell a network.
    @JsonCreator
    public static AlexNet of(
            @JsonProperty(value = "variant", required = true) @JsonAlias("table") Variant variant,
            @JsonProperty("input") @Nullable Integer input,
            @JsonProperty("channels") @Nullable Integer channels,
            @JsonProperty("classes") @Nullable Integer classes,
            @JsonProperty("width") @Nullable Double width,
            @JsonProperty("towers") @Nullable Integer towers,
            @JsonProperty("activation") @Nullable Activation activation,
            @JsonProperty("response_norm") @Nullable Boolean responseNorm,
            @JsonProperty("overlapping_pools") @Nullable Boolean overlappingPools,
            @JsonProperty("dropout") @Nullable Double dropout,
            @JsonProperty("dropout_scaling") Layer.@Nullable DropoutScaling dropoutScaling,
            @JsonProperty("initialization") @Nullable Initialization initialization) {
        AlexNet base = of(variant);
        return new AlexNet(
                variant,
                or(input, base.input),
                or(channels, base.channels),
                or(classes, base.classes),
                or(width, base.width),
                or(towers, base.towers),
                or(activation, base.activation),
                or(responseNorm, base.responseNorm),
                or(overlappingPools, base.overlappingPools),
                or(dropout, base.dropout),
                or(dropoutScaling, base.dropoutScaling),
                or(initialization, base.initialization));
    }

    private static <T> T or(@Nullable T given, T standard) {
        return given == null ? standard : given;
    }
}
