package net.alexnet.interop.keras;

import com.fasterxml.jackson.databind.JsonNode;
import module java.base;

/// What a model of Keras computes, from its configuration: a chain of operators, each described in a text. Nothing of it is
/// executed; a layer that is not known is described by the name of its class.
///
/// Layers that change nothing at test time are left out, and so are the softmax at the end and what comes before the first
/// convolution to scale pixels.
///
/// @param channels of the pictures
/// @param side of the pictures in pixels
/// @param scale of each channel, and
/// @param offset so that the network reads `scale · pixel + offset`
/// @param dropout the rate, 0 if there is none
/// @param operators in their order, such as `Conv of 11, stride 4, padding 0, 55 outputs a side, groups 1`
public record KerasGraph(int channels, int side, List<Double> scale, List<Double> offset, double dropout,
        List<String> operators) {
    /// Layers that change nothing at test time.
    private static final Set<String> NEUTRAL = Set.of("InputLayer", "Flatten", "Dropout", "SpatialDropout2D",
            "GaussianNoise", "GaussianDropout", "ActivityRegularization", "RandomFlip", "RandomTranslation",
            "RandomRotation", "RandomZoom", "RandomContrast", "RandomBrightness", "Identity");

    /// The name under which `examples/keras/alexnet.py` registers its response normalization.
    private static final String NORM = "alexnet>ResponseNorm";

    private static final int MAX_LAYERS = 1000;
    private static final int MAX_SIDE = 4096;

    /// Understands a configuration.
    ///
    /// @param norms the response normalizations among the file's tensors, in their order
    /// @throws IOException if it is no chain of layers over pictures with the channels last
    static KerasGraph of(JsonNode config, List<KerasNorm> norms) throws IOException {
        return new Reader(norms).read(config);
    }

    /// Whether the model scales pixels before its first convolution.
    public boolean scalesPixels() {
        return scale.stream().anyMatch(one -> one != 1) || offset.stream().anyMatch(one -> one != 0);
    }

    /// What the model subtracts from pixels before it multiplies them by [#scale].
    public List<Double> mean() {
        return IntStream.range(0, channels).mapToObj(c -> scale.get(c) == 0 ? 0.0 : -offset.get(c) / scale.get(c))
                .toList();
    }

    /// The text for a window.
    ///
    /// @param padding before the first pixel
    public static String window(long kernel, long stride, long padding, long outputs) {
        return " of " + kernel + ", stride " + stride + ", padding " + padding + ", " + outputs + " outputs a side";
    }

    /// The text for a response normalization across maps.
    ///
    /// @param weight alpha / size
    /// @param maps in a group
    public static String norm(int size, double weight, double beta, double k, int groups, int maps) {
        return "response normalization over " + Math.min(size, 2 * maps - 1) + " maps, alpha/size " + (float) weight
                + ", beta " + (float) beta + ", k " + (float) k + ", groups " + groups;
    }

    /// The text for a factor.
    public static String factor(double factor) {
        return "Mul by " + (float) factor;
    }

    /// Follows the layers. A response normalization is written as separate layers; three of their values (squares, sums, power)
    /// branch off the chain and are kept in `beside`.
    private static final class Reader {
        private final List<KerasNorm> norms;
        private final List<String> operators = new ArrayList<>();
        private final Map<String, String> beside = new HashMap<>(); // squares, sums and power, by the layers' names
        private String current = "";
        private int norm;
        private double beta;
        private int channels;
        private int maps;
        private int side;
        private int inputSide;
        private int before;
        private int after;
        private double dropout;
        private double[] scale = {};
        private double[] offset = {};

        Reader(List<KerasNorm> norms) {
            this.norms = norms;
        }

        KerasGraph read(JsonNode config) throws IOException {
            JsonNode inner = config.path("config");
            JsonNode layers = inner.isArray() ? inner : inner.path("layers");
            boolean chain = config.path("class_name").asText().equals("Sequential");
            if (!layers.isArray() || layers.isEmpty() || layers.size() > MAX_LAYERS) {
                throw new IOException("the model's configuration lists no layers, or more than " + MAX_LAYERS
                        + "; only sequential and functional models are read");
            }
            for (JsonNode layer : layers) {
                JsonNode of = layer.path("config");
                String name = layer.path("name").asText(of.path("name").asText());
                input(of);
                Set<String> read = chain ? Set.of(current) : inbound(layer.path("inbound_nodes"));
                if (!channelsLast(of)) {
                    throw new IOException("layer '" + name + "' has the channels first; only models with the channels"
                            + " last are read");
                }
                follow(layer.path("class_name").asText(), name, layer, read);
            }
            if (side == 0) {
                throw new IOException("the model's configuration does not say how large pictures are");
            }
            if (!operators.isEmpty() && operators.getLast().equals("softmax")) {
                operators.removeLast();
            }
            return new KerasGraph(channels, inputSide, list(scale), list(offset), dropout, List.copyOf(operators));
        }

        private static List<Double> list(double[] values) {
            return Arrays.stream(values).boxed().toList();
        }

        private static boolean channelsLast(JsonNode config) {
            return !config.path("data_format").asText().equals("channels_first");
        }

        /// The extents of a picture, of the first layer that states them.
        private void input(JsonNode config) throws IOException {
            JsonNode shape = config.has("batch_shape") ? config.path("batch_shape") : config.path("batch_input_shape");
            if (side != 0 || shape.size() != 4) {
                return;
            }
            side = shape.path(1).asInt();
            channels = shape.path(3).asInt();
            if (side != shape.path(2).asInt() || side < 1 || side > MAX_SIDE || (channels != 1 && channels != 3)) {
                throw new IOException("the model reads " + shape + ", expected square pictures of 1 or 3 channels");
            }
            inputSide = side;
            maps = channels;
            scale = new double[channels];
            Arrays.fill(scale, 1);
            offset = new double[channels];
        }

        /// The names of the layers that a layer reads, as Keras 2 and Keras 3 write them.
        private static Set<String> inbound(JsonNode nodes) throws IOException {
            if (nodes.size() > 1) {
                throw new IOException("a layer is used " + nodes.size() + " times");
            }
            Set<String> names = new HashSet<>();
            collect(nodes, names);
            return names;
        }

        private static void collect(JsonNode node, Set<String> names) {
            if (node.has("keras_history")) {
                names.add(node.path("keras_history").path(0).asText());
            } else if (node.isArray() && node.path(0).isTextual() && node.path(1).isInt() && node.path(2).isInt()) {
                names.add(node.path(0).asText()); // Keras 2: [layer, node, tensor, arguments]
            } else {
                node.forEach(one -> collect(one, names));
            }
        }

        private void follow(String type, String name, JsonNode layer, Set<String> read) throws IOException {
            JsonNode config = layer.path("config");
            if (!read.isEmpty() && !read.equals(Set.of(current)) && !isPartOfNorm(type, name, layer, read)) {
                throw new IOException("the model is no chain of layers: '" + name + "' reads "
                        + read.stream().sorted().toList() + ", expected '" + current + "'");
            }
            if (beside.containsKey(name)) {
                return;
            }
            if (type.equals("Multiply") && read.equals(Set.of(current))) {
                beside.put(name, "squares");
                return;
            }
            if (!type.equals("Multiply")) {
                add(type, config, layer);
            }
            current = name;
        }

        private boolean isPartOfNorm(String type, String name, JsonNode layer, Set<String> read) {
            Set<String> parts = read.stream().map(one -> beside.getOrDefault(one, one.equals(current) ? "x" : "?"))
                    .collect(Collectors.toSet());
            if (type.equals("Conv2D") && parts.equals(Set.of("squares")) && norm < norms.size()) {
                beside.put(name, "sums");
                return true;
            }
            if (type.equals("Power") && parts.equals(Set.of("sums"))) {
                beside.put(name, "power");
                beta = -layer.path("inbound_nodes").path(0).path("args").path(1).asDouble();
                return true;
            }
            if (type.equals("Multiply") && parts.equals(Set.of("x", "power"))) {
                KerasNorm found = norms.get(norm++);
                operators.add(KerasGraph.norm(found.size(), found.weight(), beta, found.k(), found.groups(),
                        maps / found.groups()));
                beside.clear();
                return true;
            }
            return false;
        }

        private void add(String type, JsonNode config, JsonNode layer) throws IOException {
            if (type.contains("Dropout")) {
                dropout = config.path("rate").asDouble();
            }
            if (NEUTRAL.contains(type)) {
                return;
            }
            switch (type) {
                case "ZeroPadding2D" -> pad(config.path("padding"));
                case "Normalization", "Rescaling" -> scale(type, config);
                case "Conv2D" -> {
                    operators.add("Conv" + window(config, "kernel_size", config.path("strides"))
                            + ", groups " + config.path("groups").asInt(1) + bias(config));
                    maps = config.path("filters").asInt();
                    activation(config);
                }
                case "MaxPooling2D" -> {
                    String zeros = before + after == 0 ? "" : " behind zeros";
                    JsonNode strides = config.path(config.path("strides").isArray() ? "strides" : "pool_size");
                    operators.add("MaxPool" + zeros + window(config, "pool_size", strides));
                }
                case "Dense" -> {
                    operators.add("Dense" + bias(config));
                    activation(config);
                }
                case "Activation" -> activation(config);
                case "ReLU" -> operators.add(isPlain(config) ? "relu" : "ReLU with a limit or a slope");
                case "Softmax" -> operators.add("softmax");
                case NORM -> operators.add(norm(config)); // as Keras 2 and its .h5 name it
                case "ResponseNorm" -> operators.add(layer.path("registered_name").asText().equals(NORM)
                        ? norm(config)
                        : type);
                default -> operators.add(type);
            }
        }

        private String norm(JsonNode config) {
            int towers = Math.max(1, config.path("towers").asInt());
            int size = Math.max(1, config.path("size").asInt());
            return KerasGraph.norm(size, config.path("alpha").asDouble() / size, config.path("beta").asDouble(0.75),
                    config.path("k").asDouble(), towers, maps / towers);
        }

        /// A factor and a summand: of pixels if nothing is before them, else an operator.
        private void scale(String type, JsonNode config) throws IOException {
            if (!operators.isEmpty() || before + after > 0) {
                boolean factor = config.path("scale").isNumber() && config.path("offset").asDouble() == 0;
                operators.add(factor ? factor(config.path("scale").asDouble()) : type);
                return;
            }
            boolean rescaling = type.equals("Rescaling");
            if (!rescaling && !config.path("mean").isArray() && !config.path("mean").isNumber()) {
                operators.add(type + " whose mean is among the weights");
                return;
            }
            double[] factors = each(config.path(rescaling ? "scale" : "variance"));
            double[] summands = each(config.path(rescaling ? "offset" : "mean"));
            for (int c = 0; c < channels; c++) {
                double factor = rescaling ? factors[c] : 1 / Math.max(Math.sqrt(factors[c]), 1e-7);
                scale[c] *= factor;
                offset[c] = offset[c] * factor + (rescaling ? summands[c] : -summands[c] * factor);
            }
        }

        private static boolean isPlain(JsonNode config) {
            return config.path("max_value").asDouble() == 0 && config.path("negative_slope").asDouble() == 0
                    && config.path("threshold").asDouble() == 0;
        }

        private static String bias(JsonNode config) {
            return config.path("use_bias").asBoolean(true) ? "" : " without its bias";
        }

        /// A number for each channel: one for all, or a list, perhaps in lists of one.
        private double[] each(JsonNode values) throws IOException {
            JsonNode inner = values;
            while (inner.size() == 1) {
                inner = inner.path(0);
            }
            double[] each = new double[channels];
            for (int c = 0; c < channels; c++) {
                JsonNode value = inner.isArray() ? inner.path(c) : inner;
                if (!value.isNumber() || (inner.isArray() && inner.size() != channels)) {
                    throw new IOException("the model scales pixels by " + values.toString().substring(0,
                            Math.min(100, values.toString().length()))
                            + ", expected a number, or one for each channel");
                }
                each[c] = value.asDouble();
            }
            return each;
        }

        private void activation(JsonNode config) {
            JsonNode activation = config.path("activation");
            String name = activation.isTextual() ? activation.asText() : activation.path("class_name").asText("linear");
            if (!name.equals("linear")) {
                operators.add(name.toLowerCase(Locale.ROOT));
            }
        }

        private void pad(JsonNode padding) throws IOException {
            int top = padding.isNumber() ? padding.asInt() : number(padding.path(0), 0);
            int bottom = padding.isNumber() ? padding.asInt() : number(padding.path(0), 1);
            if (!padding.isNumber() && (number(padding.path(1), 0) != top || number(padding.path(1), 1) != bottom)) {
                throw new IOException("the model pads by " + padding + ", expected the same along both axes");
            }
            before += top;
            after += bottom;
        }

        private static int number(JsonNode pair, int index) {
            return pair.isArray() ? pair.path(index).asInt() : pair.asInt();
        }

        private String window(JsonNode config, String kernelKey, JsonNode strides) {
            int kernel = number(config.path(kernelKey), 0);
            int stride = Math.max(1, number(strides, 0));
            int size = side + before + after;
            boolean same = config.path("padding").asText().equalsIgnoreCase("same");
            int outputs = same ? Math.ceilDiv(size, stride) : Math.max(0, Math.floorDiv(size - kernel, stride) + 1);
            int first = before + (same ? Math.max(0, (outputs - 1) * stride + kernel - size) / 2 : 0);
            boolean square = number(config.path(kernelKey), 1) == kernel && number(strides, 1) == stride
                    && number(config.path("dilation_rate"), 0) <= 1 && number(config.path("dilation_rate"), 1) <= 1;
            side = outputs;
            before = 0;
            after = 0;
            return window(kernel, stride, first, outputs)
                    + (square ? "" : ", not the same along both axes, or dilated");
        }

        private static String window(long kernel, long stride, long padding, long outputs) {
            return KerasGraph.window(kernel, stride, padding, outputs);
        }
    }
}
