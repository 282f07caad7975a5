package net.alexnet.nn;

import static net.alexnet.nn.Layer.DropoutScaling.AT_TEST;
import static net.alexnet.nn.Layer.DropoutScaling.AT_TRAINING;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
import net.alexnet.tensor.Check;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Rounding;
import net.alexnet.tensor.Window;
import org.jspecify.annotations.Nullable;

/// One AlexNet: which variant, how large, and with which of the paper's ideas.
///
/// The sizes at the ends of the lines of a variant below hold for its defaults; a test recomputes them.
///
/// @param variant which of the networks below
/// @param input the side of the square input in pixels
/// @param channels 3 for color, 1 for gray images
/// @param classes at least 2
/// @param width a factor on every layer's maps and units (not on the classes), rounded to multiples of 8
/// @param towers 2 for the paper's two columns, 1 for one full network (§3.2)
/// @param activation the nonlinearity behind each weighted layer but the last (§3.1)
/// @param responseNorm whether there is local response normalization (§3.3)
/// @param overlappingPools pooling 3/2 if true, 2/2 if false (§3.4)
/// @param dropout the rate after fc6 and fc7, 0 for none (§4.2)
/// @param dropoutScaling whether outputs are scaled at test time, as in the paper, or while training
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
    }

    /// The network of the 2012 paper, §3: 224×224 images, beyond whose right and bottom edges conv1's last windows read 3
    /// pixels of zeros; two towers; ReLU before normalization.
    public static AlexNet paper() {
        return new Builder(Variant.PAPER).build();
    }

    /// The network of the released source, run #145 (`layers-145.cfg`), which made the paper's numbers.
    ///
    /// Differences from the paper: conv1 and conv5 have their ReLU behind the pooling, conv1 is normalized before it is
    /// rectified; conv2's maps are normalized a second time within each map (size 5, alpha .001, beta .75); conv3, conv4
    /// and conv5 start with a standard deviation of .03. For that second norm the source's file names no `minDiv`, so k
    /// is its tool's default of 1.
    public static AlexNet original() {
        return new Builder(Variant.ORIGINAL).initialization(Initialization.SOURCE).build();
    }

    /// Caffe's `bvlc_alexnet`.
    ///
    /// Differences from the paper: 227×227 images, k = 1 in the response normalization, which crosses the towers'
    /// border; biases of .1 where the paper has 1, fc6 and fc7 start at .005; dropout scales while training.
    public static AlexNet caffe() {
        return new Builder(Variant.CAFFE).input(227).dropoutScaling(AT_TRAINING).initialization(Initialization.CAFFE)
                .build();
    }

    /// Caffe's reference model, CaffeNet (`bvlc_reference_caffenet`).
    ///
    /// Differences from [#caffe()]: conv1 and conv2 are pooled before they are normalized; biases of 1, as in the paper.
    public static AlexNet caffenet() {
        return new Builder(Variant.CAFFENET).input(227).dropoutScaling(AT_TRAINING)
                .initialization(Initialization.CAFFENET).build();
    }

    /// The one-tower net of 2014 ("One weird trick") as torchvision has it.
    ///
    /// Differences from the paper: 64-192-384-256-256 maps, one tower, no response normalization, conv1 padded by 2 and
    /// rounded down, dropout before fc6 and fc7 and not after, scaling while training; weights start as He et al. (2015).
    public static AlexNet torchvision() {
        return new Builder(Variant.TORCHVISION).towers(1).responseNorm(false).dropoutScaling(AT_TRAINING)
                .initialization(Initialization.HE).build();
    }

    /// The paper's network for images too small for it, by default 32×32 of 10 classes.
    ///
    /// Differences from the paper: conv1 has 5×5 windows at stride 1, so that 32 pixels become 32 and not 7; weights start
    /// as He et al. (2015), for inputs with a standard deviation of 1.
    public static AlexNet small() {
        return new Builder(Variant.SMALL).input(32).classes(10).initialization(Initialization.HE).build();
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
        return Architecture.of(spelled(variant), channels, input, layers());
    }

    private static String spelled(Variant variant) {
        return variant.name().toLowerCase(Locale.ROOT);
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

    /// A builder with the values of this network.
    public Builder toBuilder() {
        return new Builder(variant).input(input).channels(channels).classes(classes).width(width).towers(towers)
                .activation(activation).responseNorm(responseNorm).overlappingPools(overlappingPools).dropout(dropout)
                .dropoutScaling(dropoutScaling).initialization(initialization);
    }

    /// The same network for this many classes.
    public AlexNet withClasses(int count) {
        return toBuilder().classes(count).build();
    }

    /// The same network, narrower or wider, for square inputs of another size.
    public AlexNet withSize(int side, int channels, double factor) {
        return toBuilder().input(side).channels(channels).width(factor).build();
    }

    /// The same network with one tower or two.
    public AlexNet withTowers(int count) {
        return toBuilder().towers(count).build();
    }

    /// The same network with another dropout scaling.
    public AlexNet withDropoutScaling(Layer.DropoutScaling scaling) {
        return toBuilder().dropoutScaling(scaling).build();
    }

    /// A variant's defaults with the values that are given; `null` leaves the default. This is how a recipe and a model file
    /// spell a network.
    @JsonCreator
    static AlexNet read(
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

    /// Changes single settings of a network; [AlexNet] says what they are.
    public static final class Builder {
        private final Variant variant;
        private int input = 224;
        private int channels = 3;
        private int classes = 1000;
        private double width = 1;
        private int towers = 2;
        private Activation activation = Activation.RELU;
        private boolean responseNorm = true;
        private boolean overlappingPools = true;
        private double dropout = 0.5;
        private Layer.DropoutScaling dropoutScaling = AT_TEST;
        private Initialization initialization = Initialization.PAPER;

        /// With the values of the paper.
        private Builder(Variant variant) {
            this.variant = variant;
        }

        public Builder input(int value) {
            input = value;
            return this;
        }

        public Builder channels(int value) {
            channels = value;
            return this;
        }

        public Builder classes(int value) {
            classes = value;
            return this;
        }

        public Builder width(double value) {
            width = value;
            return this;
        }

        public Builder towers(int value) {
            towers = value;
            return this;
        }

        public Builder activation(Activation value) {
            activation = value;
            return this;
        }

        public Builder responseNorm(boolean value) {
            responseNorm = value;
            return this;
        }

        public Builder overlappingPools(boolean value) {
            overlappingPools = value;
            return this;
        }

        public Builder dropout(double value) {
            dropout = value;
            return this;
        }

        public Builder dropoutScaling(Layer.DropoutScaling value) {
            dropoutScaling = value;
            return this;
        }

        public Builder initialization(Initialization value) {
            initialization = value;
            return this;
        }

        /// The network with these settings.
        ///
        /// @throws IllegalArgumentException naming the setting that is out of range
        public AlexNet build() {
            return new AlexNet(variant, input, channels, classes, width, towers, activation, responseNorm,
                    overlappingPools, dropout, dropoutScaling, initialization);
        }
    }
}
