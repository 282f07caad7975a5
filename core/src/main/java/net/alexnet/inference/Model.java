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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

/// A trained network with its card, as it lies in a `model.safetensors`.
///
/// The metadata has the keys `format` (`alexnet-1`), `network`, `classes`, `preprocessing` (JSON) and `origin` (text), and,
/// where they are known, `wnids` and `provenance` (JSON), `views` (a number) and `color_order` (always `rgb`); tensors are named `conv1.weight`, `conv1.bias` and so on, in PyTorch's order of axes. Where the preprocessing takes a
/// mean image away, `mean_image` holds it, channels × height × width.
public record Model(ModelCard card, Network network) {
    private static final String FORMAT = "alexnet-1";
    /// The tensor that holds a mean image; in a file whose metadata holds it, the key.
    public static final String MEAN_IMAGE = "mean_image";

    /// The key of the order of colours in the file's `conv1`.
    public static final String COLOR_ORDER = "color_order";
    private static final String OLD_COLOR_ORDER = "colour_order";

    private static final String WNIDS = "wnids";
    private static final String VIEWS = "views";
    private static final String PROVENANCE = "provenance";

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
        return metadata;
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What a model file holds besides the network's parameters.
    public static List<NamedTensor> entries(ModelCard card) {
        return card.preprocessing()
                .meanImage()
                .map(image -> List.of(NamedTensor.of(MEAN_IMAGE, meanShape(image.channels(), image.side()),
                        () -> channelsFirst(image))))
                .orElse(List.of());
    }

    /// The preprocessing as it stands in the metadata.
    ///
    /// @param scale a single number where it is the same for every channel
    /// @param meanImage whether there is one, among the tensors
    private record StoredPreprocessing(
            int channels,
            int resize,
            int crop,
            List<Double> mean,
            @JsonProperty(required = true) @JsonFormat(with = {
                JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY,
                JsonFormat.Feature.WRITE_SINGLE_ELEM_ARRAYS_UNWRAPPED}) List<Double> scale,
            boolean meanImage) {
        StoredPreprocessing {
            if (scale.size() == 1) {
                scale = Collections.nCopies(channels, scale.getFirst());
            }
            mean = plain(channels, resize, crop, mean, scale).mean(); // refuses what makes no sense
        }

        static StoredPreprocessing of(Preprocessing preprocessing) {
            return new StoredPreprocessing(
                    preprocessing.channels(),
                    preprocessing.resize(),
                    preprocessing.crop(),
                    preprocessing.mean(),
                    preprocessing.scale(),
                    preprocessing.meanImage().isPresent());
        }

        /// What is written: a number, if one says it all.
        @JsonProperty
        @JsonFormat(with = JsonFormat.Feature.WRITE_SINGLE_ELEM_ARRAYS_UNWRAPPED)
        @Override
        public List<Double> scale() {
            return scale.stream().distinct().count() == 1 ? List.of(scale.getFirst()) : scale;
        }

        private static Preprocessing plain(
                int channels, int resize, int crop, List<Double> mean, List<Double> scale) {
            return new Preprocessing(channels, resize, crop, mean, scale, Optional.empty());
        }

        Preprocessing with(WeightFile weights) throws WeightFileException {
            Preprocessing plain = plain(channels, resize, crop, mean, scale);
            if (!meanImage) {
                return plain;
            }
            Shape shape = meanShape(channels, crop);
            float[] values = weights.metadata().containsKey(MEAN_IMAGE)
                    ? decoded(weights, shape)
                    : weights.values(MEAN_IMAGE, shape).toArray(NamedTensor.FLOAT);
            MeanImage image = channelsLast(values, channels, crop);
            return new Preprocessing(channels, resize, crop, mean, scale, Optional.of(image));
        }
    }

    /// A mean image among the metadata, as an ONNX file has it: Base64 of its values, little-endian.
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

    private static float[] channelsFirst(MeanImage image) {
        float[] values = new float[image.values().length];
        int pixels = image.side() * image.side();
        for (int i = 0; i < values.length; i++) {
            values[i % image.channels() * pixels + i / image.channels()] = image.values()[i];
        }
        return values;
    }

    private static MeanImage channelsLast(float[] values, int channels, int side) {
        float[] interleaved = new float[values.length];
        int pixels = side * side;
        for (int i = 0; i < values.length; i++) {
            interleaved[i] = values[i % channels * pixels + i / channels];
        }
        return new MeanImage(side, channels, interleaved);
    }

    /// A model file that was opened and checked, but whose network is on no backend yet.
    ///
    /// @param card what the file says of itself
    /// @param weights of the network under its own names; their values may be used after the file is closed
    public record Stored(ModelCard card, WeightFile weights) {
        /// Puts the network on a backend; it reads its weights where they lie in the file, as far as the backend can, so
        /// this is quick.
        ///
        /// @throws WeightFileException if a parameter is missing or of another shape
        public Model on(Backend backend) throws WeightFileException {
            return new Model(card, Network.of(card.network().architecture(), weights, backend));
        }
    }

    /// Reads a model file.
    ///
    /// @throws WeightFileException if the file is damaged, or does not say what network it holds
    public static Stored read(Path file) throws WeightFileException {
        SafetensorsFile weights = SafetensorsFile.openLasting(file);
        return new Stored(card(file, weights), weights);
    }

    /// Reads a model file and puts its network on a backend.
    ///
    /// @throws WeightFileException if the file is damaged, or does not say what network it holds
    public static Model open(Path file, Backend backend) throws WeightFileException {
        return read(file).on(backend);
    }

    /// What a model file says of itself. The file does not stay open, and its weights are not read.
    ///
    /// @throws WeightFileException if the file is damaged, or does not say what network it holds
    public static ModelCard cardOf(Path file) throws WeightFileException {
        try (SafetensorsFile weights = SafetensorsFile.open(file)) {
            return card(file, weights);
        }
    }

    /// Whether a file's metadata says that it is a model file, and its tensors so under our own names.
    public static boolean isModel(Map<String, String> metadata) {
        return FORMAT.equals(metadata.get("format")) && metadata.containsKey("network");
    }

    /// What a file of weights under whatever names says of the model that they are; nothing if it says nothing.
    ///
    /// @throws WeightFileException if what it says is damaged or contradicts itself
    public static Optional<ModelCard> cardOf(WeightFile weights) throws WeightFileException {
        if (isModel(weights.metadata())) {
            return Optional.of(card(weights.path(), weights));
        }
        return weights.metadata().containsKey("network")
                ? Optional.of(stated(weights.path(), weights))
                : Optional.empty();
    }

    /// The order of colors that a file of weights says its `conv1` reads, if it says one; older files spell the key
    /// `colour_order`.
    public static Optional<String> colorOrder(Map<String, String> metadata) {
        return Optional.ofNullable(metadata.get(COLOR_ORDER))
                .or(() -> Optional.ofNullable(metadata.get(OLD_COLOR_ORDER)));
    }

    private static ModelCard card(Path file, WeightFile weights) throws WeightFileException {
        Map<String, String> metadata = weights.metadata();
        if (!FORMAT.equals(metadata.get("format"))) {
            throw new WeightFileException(file, "its metadata does not say which network it holds: 'format' must be '"
                    + FORMAT + "', found "
                    + (metadata.isEmpty() ? "no metadata" : metadata.getOrDefault("format", "none")));
        }
        String colours = colorOrder(metadata).orElse(ModelCard.COLOR_ORDER);
        if (!colours.equals(ModelCard.COLOR_ORDER)) {
            throw new WeightFileException(file, "its metadata says that its colours are in the order '" + colours
                    + "'; a model file's are always " + ModelCard.COLOR_ORDER);
        }
        return stated(file, weights);
    }

    private static ModelCard stated(Path file, WeightFile weights) throws WeightFileException {
        Map<String, String> metadata = weights.metadata();
        AlexNet network = part(file, metadata, "network", new TypeReference<>() {});
        List<String> classes = part(file, metadata, "classes", new TypeReference<>() {});
        StoredPreprocessing stored = part(file, metadata, "preprocessing", new TypeReference<>() {});
        List<String> wnids = metadata.containsKey(WNIDS)
                ? part(file, metadata, WNIDS, new TypeReference<>() {})
                : List.of();
        Optional<Integer> views = optional(file, metadata, VIEWS, new TypeReference<>() {});
        Optional<Provenance> provenance = optional(file, metadata, PROVENANCE, new TypeReference<>() {});
        try {
            return new ModelCard(network, classes, stored.with(weights), text(file, metadata, "origin"), wnids, views,
                    provenance);
        } catch (IllegalArgumentException e) {
            throw new WeightFileException(file, "its metadata contradicts itself: " + e.getMessage(), e);
        }
    }

    private static <T> Optional<T> optional(
            Path file, Map<String, String> metadata, String key, TypeReference<T> type) throws WeightFileException {
        return metadata.containsKey(key) ? Optional.of(part(file, metadata, key, type)) : Optional.empty();
    }

    private static <T> T part(Path file, Map<String, String> metadata, String key, TypeReference<T> type)
            throws WeightFileException {
        String text = text(file, metadata, key);
        try {
            T part = JSON.readValue(text, type);
            if (part == null) {
                throw new WeightFileException(file, "its metadata is damaged: '" + key + "' is null");
            }
            return part;
        } catch (JsonProcessingException e) {
            throw new WeightFileException(file, "its metadata is damaged at '" + key + "': " + problem(e), e);
        }
    }

    /// What is wrong, without the names of our classes.
    private static String problem(JsonProcessingException e) {
        String text = e instanceof ValueInstantiationException && e.getCause() != null
                ? e.getCause().getMessage()
                : e.getOriginalMessage();
        return String.valueOf(text).replaceAll("(?:[a-z]\\w*\\.)+(?:\\w+\\$)*(\\w+)", "$1");
    }

    private static String text(Path file, Map<String, String> metadata, String key) throws WeightFileException {
        String text = metadata.get(key);
        if (text == null) {
            throw new WeightFileException(file, "its metadata is damaged: there is no '" + key + "'");
        }
        return text;
    }
}
