package net.alexnet.inference;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import module java.base;
import net.alexnet.data.image.MeanImage;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Shape;

/// A trained network with its card, as a `model.safetensors` stores it.
///
/// The metadata has the keys `format` (`alexnet-1`), `network`, `classes`, `preprocessing` (JSON)
/// and `origin` (text), and, where they are known, `wnids` and `provenance` (JSON), `views` (a
/// number) and `color_order` (always `rgb`). `untrained_layers` (JSON) lists the layers whose
/// weights are initial values, if there are any. The tensors are named `conv1.weight`, `conv1.bias` and
/// so on, in PyTorch's order of axes. If the preprocessing subtracts a mean image, the tensor
/// `mean_image` is that image, channels × height × width.
public record Model(ModelCard card, Network network) {
    private static final String FORMAT = "alexnet-1";
    /// The name of the tensor that is a mean image, or of the metadata that holds it.
    public static final String MEAN_IMAGE = "mean_image";

    /// The key of the order of the colors that `conv1` reads.
    public static final String COLOR_ORDER = "color_order";

    /// The key of the probability below which a picture is unlike all classes: [TopKErrors.Report#unsureBelow()] of the
    /// validation images of the run that trained the model.
    public static final String UNSURE_BELOW = "unsure_below";

    private static final String WNIDS = "wnids";
    private static final String VIEWS = "views";
    private static final String PROVENANCE = "provenance";
    private static final String UNTRAINED = "untrained_layers";

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
            .build();

    /// The metadata of a model file.
    public static Map<String, String> metadata(ModelCard card) {
        Map<String, String> metadata = new HashMap<>(Map.of(
                "format", FORMAT,
                "network", json(card.network()),
                "classes", json(card.classes()),
                "preprocessing", json(StoredPreprocessing.of(card.preprocessing())),
                "origin", card.origin()));
        if (!card.wnids().isEmpty()) {
            metadata.put(WNIDS, json(card.wnids()));
        }
        card.views().ifPresent(views -> metadata.put(VIEWS, views.toString()));
        card.provenance().ifPresent(provenance -> {
            metadata.put(PROVENANCE, json(provenance));
            metadata.put(COLOR_ORDER, ModelCard.COLOR_ORDER);
        });
        if (!card.untrained().isEmpty()) {
            metadata.put(UNTRAINED, json(card.untrained()));
        }
        return metadata;
    }

    /// The metadata of a model file, for a format that has no tensors beside the network's: a mean image is among them as
    /// [#MEAN_IMAGE], Base64 of its float32 values, little-endian, channels × height × width.
    public static Map<String, String> wholeMetadata(ModelCard card) {
        Map<String, String> metadata = metadata(card);
        for (NamedTensor entry : entries(card)) {
            ByteBuffer values = ByteBuffer.allocate(Math.toIntExact(entry.bytes())).order(ByteOrder.LITTLE_ENDIAN);
            values.asFloatBuffer().put(entry.checkedValues().toArray(NamedTensor.FLOAT));
            metadata.put(entry.name(), Base64.getEncoder().encodeToString(values.array()));
        }
        return metadata;
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The tensors of a model file other than the network's parameters.
    public static List<NamedTensor> entries(ModelCard card) {
        return card.preprocessing().meanImage()
                .map(image -> List.of(NamedTensor.of(MEAN_IMAGE, meanShape(image.channels(), image.side()),
                        () -> transposed(image.values(), image.channels()))))
                .orElse(List.of());
    }

    /// The preprocessing as the metadata has it.
    ///
    /// @param scale a single number if it is the same for every channel
    /// @param meanImage whether there is one, among the tensors
    private record StoredPreprocessing(int channels, int resize, int crop, List<Double> mean,
            @JsonProperty(required = true) @JsonFormat(with = {
                JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY,
                JsonFormat.Feature.WRITE_SINGLE_ELEM_ARRAYS_UNWRAPPED}) List<Double> scale,
            boolean meanImage) {
        StoredPreprocessing {
            mean = preprocessing(channels, resize, crop, mean, scale, Optional.empty()).mean(); // refuses wrong values
        }

        static StoredPreprocessing of(Preprocessing preprocessing) {
            List<Double> scale = preprocessing.scale();
            return new StoredPreprocessing(preprocessing.channels(), preprocessing.resize(), preprocessing.crop(),
                    preprocessing.mean(), scale.stream().distinct().count() == 1 ? scale.subList(0, 1) : scale,
                    preprocessing.meanImage().isPresent());
        }

        private static Preprocessing preprocessing(int channels, int resize, int crop, List<Double> mean,
                List<Double> scale, Optional<MeanImage> image) {
            return new Preprocessing(channels, resize, crop, mean,
                    scale.size() == 1 ? Collections.nCopies(channels, scale.getFirst()) : scale, image);
        }

        Preprocessing with(WeightFile weights) throws WeightFileException {
            if (!meanImage) {
                return preprocessing(channels, resize, crop, mean, scale, Optional.empty());
            }
            Shape shape = meanShape(channels, crop);
            float[] values = weights.metadata().containsKey(MEAN_IMAGE)
                    ? decoded(weights, shape)
                    : weights.values(MEAN_IMAGE, shape).toArray(NamedTensor.FLOAT);
            return preprocessing(channels, resize, crop, mean, scale,
                    Optional.of(new MeanImage(crop, channels, transposed(values, crop * crop))));
        }
    }

    /// A mean image in the metadata, as an ONNX file has it: Base64 of its values, little-endian.
    private static float[] decoded(WeightFile weights, Shape shape) throws WeightFileException {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(weights.metadata().get(MEAN_IMAGE));
        } catch (IllegalArgumentException e) {
            throw new WeightFileException(weights.path(), "its metadata is damaged at '" + MEAN_IMAGE
                    + "': " + e.getMessage(), e);
        }
        if (bytes.length != shape.elements() * Float.BYTES) {
            throw new WeightFileException(weights.path(), "its metadata is damaged at '" + MEAN_IMAGE + "': the shape "
                    + shape + " needs " + shape.elements() * Float.BYTES + " bytes, found " + bytes.length);
        }
        float[] values = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    private static Shape meanShape(int channels, int side) {
        return Shape.of(channels, side, side);
    }

    /// Exchanges the rows and columns of a matrix, and so `(H, W, C)` and `(C, H, W)`.
    private static float[] transposed(float[] values, int columns) {
        float[] transposed = new float[values.length];
        int rows = values.length / columns;
        for (int i = 0; i < values.length; i++) {
            transposed[i % columns * rows + i / columns] = values[i];
        }
        return transposed;
    }

    /// A model that was opened and checked, but whose network is on no backend yet.
    ///
    /// @param card of the model
    /// @param weights of the network under its own names; their values may be used after the file
    ///     is closed
    public record Stored(ModelCard card, WeightFile weights) {
        /// Puts the network on a backend. This is quick: a backend that can uses the weights where
        /// they are mapped.
        ///
        /// @throws WeightFileException if a parameter is missing or of another shape
        public Model on(Backend backend) throws WeightFileException {
            return new Model(card, Network.of(card.network().architecture(), weights, backend));
        }

        /// The layers whose weights are initial values, such as `fc6`, `fc7`, `fc8` of a file of
        /// convolutions only; in the order of the network, empty if all are trained.
        public List<String> untrainedLayers() {
            return card.untrained();
        }
    }

    /// Reads a model file.
    ///
    /// @throws WeightFileException if the file is damaged, or its metadata does not describe a
    ///     network
    public static Stored read(Path file) throws WeightFileException {
        WeightFile weights = SafetensorsFile.openLasting(file);
        return new Stored(card(weights), weights);
    }

    /// The card of a model file. The file is closed again, and its weights are not read.
    ///
    /// @throws WeightFileException if the file is damaged, or its metadata does not describe a
    ///     network
    public static ModelCard cardOf(Path file) throws WeightFileException {
        try (WeightFile weights = SafetensorsFile.open(file)) {
            return card(weights);
        }
    }

    /// Whether a file's metadata says that it is a model file, whose tensors have this library's
    /// names.
    public static boolean isModel(Map<String, String> metadata) {
        return FORMAT.equals(metadata.get("format")) && metadata.containsKey("network");
    }

    /// The card in the metadata of a file of weights, whatever its tensors' names are; empty if
    /// there is none.
    ///
    /// @throws WeightFileException if the card is damaged or contradicts itself
    public static Optional<ModelCard> cardOf(WeightFile weights) throws WeightFileException {
        if (isModel(weights.metadata())) {
            return Optional.of(card(weights));
        }
        return weights.metadata().containsKey("network")
                ? Optional.of(stated(weights))
                : Optional.empty();
    }

    /// The probability below which a picture is unlike all classes, as a model file has it; empty if it has none.
    ///
    /// @throws WeightFileException if it is damaged
    public static OptionalDouble unsureBelow(WeightFile weights) throws WeightFileException {
        Optional<Double> stated = optional(weights, UNSURE_BELOW, new TypeReference<>() {});
        if (stated.isPresent() && !(stated.get() >= 0 && stated.get() <= 1)) {
            throw new WeightFileException(weights.path(), "its metadata is damaged at '" + UNSURE_BELOW
                    + "': expected a probability, found " + stated.get());
        }
        return stated.isPresent() ? OptionalDouble.of(stated.get()) : OptionalDouble.empty();
    }

    private static ModelCard card(WeightFile weights) throws WeightFileException {
        Map<String, String> metadata = weights.metadata();
        if (!FORMAT.equals(metadata.get("format"))) {
            throw new WeightFileException(weights.path(), "its metadata does not describe a network: 'format' must be '"
                    + FORMAT + "', found "
                    + (metadata.isEmpty() ? "no metadata" : metadata.getOrDefault("format", "none")));
        }
        String colors = metadata.getOrDefault(COLOR_ORDER, ModelCard.COLOR_ORDER);
        if (!colors.equals(ModelCard.COLOR_ORDER)) {
            throw new WeightFileException(weights.path(),
                    "its metadata says that its colors are in the order '" + colors
                            + "'; a model file's are always " + ModelCard.COLOR_ORDER);
        }
        return stated(weights);
    }

    private static ModelCard stated(WeightFile weights) throws WeightFileException {
        AlexNet network = part(weights, "network", new TypeReference<>() {});
        List<String> classes = part(weights, "classes", new TypeReference<>() {});
        StoredPreprocessing stored = part(weights, "preprocessing", new TypeReference<>() {});
        Optional<List<String>> wnids = optional(weights, WNIDS, new TypeReference<>() {});
        Optional<Integer> views = optional(weights, VIEWS, new TypeReference<>() {});
        Optional<Provenance> provenance = optional(weights, PROVENANCE, new TypeReference<>() {});
        Optional<List<String>> untrained = optional(weights, UNTRAINED, new TypeReference<>() {});
        String origin = Optional.ofNullable(weights.metadata().get("origin"))
                .orElseThrow(() -> missing(weights, "origin"));
        try {
            return new ModelCard(network, classes, stored.with(weights), origin, wnids.orElse(List.of()), views,
                    provenance, untrained.orElse(List.of()));
        } catch (IllegalArgumentException e) {
            throw new WeightFileException(weights.path(), "its metadata contradicts itself: " + e.getMessage(), e);
        }
    }

    private static <T> T part(WeightFile weights, String key, TypeReference<T> type)
            throws WeightFileException {
        return optional(weights, key, type).orElseThrow(() -> missing(weights, key));
    }

    private static <T> Optional<T> optional(WeightFile weights, String key, TypeReference<T> type)
            throws WeightFileException {
        String text = weights.metadata().get(key);
        if (text == null) {
            return Optional.empty();
        }
        try {
            T part = JSON.readValue(text, type);
            if (part == null) {
                throw new WeightFileException(weights.path(), "its metadata is damaged: '" + key + "' is null");
            }
            return Optional.of(part);
        } catch (JsonProcessingException e) {
            // without the names of Java packages
            String problem = e instanceof ValueInstantiationException && e.getCause() != null
                    ? String.valueOf(e.getCause().getMessage())
                    : e.getOriginalMessage();
            throw new WeightFileException(weights.path(), "its metadata is damaged at '" + key + "': "
                    + problem.replaceAll("(?:[a-z]\\w*\\.)+(?:\\w+\\$)*(\\w+)", "$1"), e);
        }
    }

    private static WeightFileException missing(WeightFile weights, String key) {
        return new WeightFileException(weights.path(), "its metadata is damaged: there is no '" + key + "'");
    }
}
