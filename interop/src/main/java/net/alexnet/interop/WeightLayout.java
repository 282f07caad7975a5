package net.alexnet.interop;

import module java.base;
import net.alexnet.inference.ImageNet;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.DidYouMean;
import net.alexnet.io.NamedTensor;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.tensor.Shape;

/// How publishers of AlexNets name their tensors, and how their weights expect images and classes. Every layout has
/// PyTorch's order of axes and flattens maps channels outermost, so that an import renames and does not permute; only
/// weights that were trained on blue, green, red have the input channels of `conv1` reversed.
@SuppressWarnings("ImmutableEnumChecker") // its maps and sets are unmodifiable, which their types do not say
public enum WeightLayout {
    /// This project's own names, for every variant of [net.alexnet.nn.AlexNet]. The paper subtracts the mean of its own
    /// training images and numbers classes by the devkit, but other users of the names need not: for a file that does not
    /// say, the user must.
    PAPER("paper", Variant.PAPER, false, Optional.empty(), names(own(), ".weight", ".bias")),

    /// `torchvision.models.alexnet`, and its export to ONNX, which keeps the names. Images as `Normalize` of
    /// `ToTensor` makes them; the published 56.5 / 79.1 % are of the center view.
    TORCHVISION("torchvision", Variant.TORCHVISION, false,
            Optional.of(new Conventions(224, List.of(255 * 0.485, 255 * 0.456, 255 * 0.406),
                    List.of(1 / (255 * 0.229), 1 / (255 * 0.224), 1 / (255 * 0.225)))),
            names(List.of("features.0", "features.3", "features.6", "features.8", "features.10", "classifier.1",
                    "classifier.4", "classifier.6"), ".weight", ".bias")),

    /// Caffe's `bvlc_alexnet`, trained on blue, green, red.
    CAFFE("caffe", Variant.CAFFE, true, Optional.of(Conventions.ofCaffe(227)), names(own(), ".weight", ".bias")),

    /// Caffe's `bvlc_reference_caffenet`: the names of [#CAFFE], but another network.
    CAFFENET("caffenet", Variant.CAFFENET, true, Optional.of(Conventions.ofCaffe(227)),
            names(own(), ".weight", ".bias")),

    /// `bvlcalexnet` of the ONNX model zoo: Caffe's weights behind a graph that reads 224 pixels, so that conv1 gives 54 and
    /// not 55.
    ONNX_ZOO("onnx-zoo", Variant.CAFFE, true, Optional.of(Conventions.ofCaffe(224)), names(own(), "_w_0", "_b_0")),

    /// The layers of a model of Keras as [net.alexnet.interop.keras.KerasFile] numbers them. The file tells the network, or
    /// its shapes do ([KerasNetwork]).
    KERAS("keras", Variant.PAPER, false, Optional.empty(), names(own(), "/kernel", "/bias"));

    /// How a publisher's weights expect images: scaled and cropped to a square of 256 pixels. The published accuracies are
    /// of the center view.
    ///
    /// @param crop the side of the view
    /// @param mean of red, green, blue, in units of 0..255
    /// @param scale of red, green, blue
    record Conventions(int crop, List<Double> mean, List<Double> scale) {
        /// The mean of ImageNet that Caffe's examples use, 104, 117, 123 in blue, green, red.
        static Conventions ofCaffe(int crop) {
            return new Conventions(crop, List.of(123.0, 117.0, 104.0), List.of(1.0, 1.0, 1.0));
        }
    }

    private final String key;
    private final Variant variant;
    private final boolean blueFirst;
    private final Optional<Conventions> conventions;
    private final Map<String, String> theirs; // by our names, in the order of the layers

    WeightLayout(String key, Variant variant, boolean blueFirst, Optional<Conventions> conventions,
            Map<String, String> theirs) {
        this.key = key;
        this.variant = variant;
        this.blueFirst = blueFirst;
        this.conventions = conventions;
        this.theirs = theirs;
    }

    /// Our names of the layers that have weights.
    static List<String> own() {
        return List.of("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8");
    }

    private static Map<String, String> names(List<String> layers, String weight, String bias) {
        Map<String, String> names = new LinkedHashMap<>();
        for (int i = 0; i < layers.size(); i++) {
            names.put(own().get(i) + ".weight", layers.get(i) + weight);
            names.put(own().get(i) + ".bias", layers.get(i) + bias);
        }
        return Collections.unmodifiableMap(names);
    }

    /// The layout of this key.
    public static Optional<WeightLayout> of(String key) {
        return Arrays.stream(values()).filter(layout -> layout.key.equals(key)).findFirst();
    }

    /// The layout of this key, as a user types it.
    ///
    /// @throws IllegalArgumentException if there is none; the message names the nearest
    public static WeightLayout named(String text) {
        String key = text.toLowerCase(Locale.ROOT);
        List<String> keys = Arrays.stream(values()).map(WeightLayout::key).toList();
        return of(key).orElseThrow(() -> new IllegalArgumentException("--net " + text + " is not known; "
                + DidYouMean.to(key, keys).map(near -> "did you mean " + near + "? ").orElse("") + "Known: "
                + String.join(", ", keys)));
    }

    /// The layouts whose names these are.
    public static List<WeightLayout> of(List<String> names) {
        return Arrays.stream(values()).filter(layout -> Set.copyOf(names).equals(Set.copyOf(layout.theirs.values())))
                .toList();
    }

    /// As it is spelled on a command line and in a model file: `onnx-zoo`.
    public String key() {
        return key;
    }

    /// The network of its published weights.
    public Variant variant() {
        return variant;
    }

    /// Our names of the parameters, in the order of the layers.
    public List<String> parameters() {
        return List.copyOf(theirs.keySet());
    }

    /// Their name of a parameter.
    ///
    /// @param name ours, such as `conv1.weight`
    public String theirs(String name) {
        String other = theirs.get(name);
        if (other == null) {
            throw new IllegalArgumentException(key + " has no name for '" + name + "'; it has " + theirs.keySet());
        }
        return other;
    }

    /// Our name of a tensor of theirs; nothing if it is none of the network's.
    public Optional<String> ours(String name) {
        return theirs.keySet().stream().filter(own -> theirs(own).equals(name)).findFirst();
    }

    /// The order of colors that the first convolution's weights read, `rgb` or `bgr`.
    public String colorOrder() {
        return blueFirst ? "bgr" : ModelCard.COLOR_ORDER;
    }

    /// The values of a parameter, with the input channels of `conv1` reversed if this layout has blue first. Doing it twice
    /// changes nothing.
    ///
    /// @param name ours
    /// @return the values themselves where nothing changes, else a copy
    MemorySegment colorsSwapped(String name, Shape shape, MemorySegment values) {
        if (!blueFirst || !name.equals("conv1.weight")) {
            return values;
        }
        int channels = shape.dim(1);
        long plane = (long) Float.BYTES * shape.dim(2) * shape.dim(3);
        MemorySegment swapped = MemorySegment.ofArray(new float[Math.toIntExact(shape.elements())]);
        for (int k = 0; k < shape.dim(0); k++) {
            for (int c = 0; c < channels; c++) {
                long from = ((long) k * channels + c) * plane;
                long to = ((long) k * channels + channels - 1 - c) * plane;
                MemorySegment.copy(values, NamedTensor.FLOAT, from, swapped, NamedTensor.FLOAT, to,
                        plane / Float.BYTES);
            }
        }
        return swapped;
    }

    /// The order of ImageNet's classes in files of 1,000, if it is always the same.
    public Optional<ImageNet.Order> order() {
        return conventions.map(_ -> ImageNet.Order.SORTED);
    }

    Optional<Conventions> conventions() {
        return conventions;
    }
}
