package net.alexnet.model;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.alexnet.image.MeanImage;
import net.alexnet.image.Preprocessing;
import net.alexnet.net.AlexNet;
import net.alexnet.net.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Shape;
import net.alexnet.weights.Entry;
import net.alexnet.weights.SafetensorsFile;
import net.alexnet.weights.WeightFileException;

/// A trained network with its card, as it lies in a `model.safetensors`.
///
/// The metadata has the keys `format` (`alexnet-1`), `network`, `classes`, `preprocessing` (JSON) and `origin` (text);
/// tensors are named `conv1.weight`, `conv1.bias` and so on, in PyTorch's order of axes. Where the preprocessing takes a
/// mean image away, `mean_image` holds it, channels × height × width.
public record Model(ModelCard card, Network network) {
    private static final String FORMAT = "alexnet-1";
    private static final String MEAN_IMAGE = "mean_image";

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
            .build();

    /// The metadata of a model file.
    public static Map<String, String> metadata(ModelCard card) {
        try {
            return Map.of(
                    "format", FORMAT,
                    "network", JSON.writeValueAsString(card.network()),
                    "classes", JSON.writeValueAsString(card.classes()),
                    "preprocessing", JSON.writeValueAsString(StoredPreprocessing.of(card.preprocessing())),
                    "origin", card.origin());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What a model file holds besides the network's parameters.
    public static List<Entry> entries(ModelCard card) {
        return card.preprocessing()
                .meanImage()
                .map(image -> List.of(Entry.of(MEAN_IMAGE, meanShape(image.channels(), image.side()),
                        () -> channelsFirst(image))))
                .orElse(List.of());
    }

    /// The preprocessing as it stands in the metadata.
    ///
    /// @param meanImage whether there is one, among the tensors
    private record StoredPreprocessing(
            int channels, int resize, int crop, List<Double> mean, double scale, boolean meanImage) {
        StoredPreprocessing {
            mean = new Preprocessing(channels, resize, crop, mean, scale).mean(); // refuses what makes no sense
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

        Preprocessing with(SafetensorsFile weights) throws WeightFileException {
            Preprocessing plain = new Preprocessing(channels, resize, crop, mean, scale);
            if (!meanImage) {
                return plain;
            }
            float[] values = weights.read(MEAN_IMAGE, meanShape(channels, crop));
            MeanImage image = channelsLast(values, channels, crop);
            return new Preprocessing(channels, resize, crop, mean, scale, Optional.of(image));
        }
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
    /// @param weights of the network, as [SafetensorsFile#openLasting] opens them
    public record Stored(ModelCard card, SafetensorsFile weights) {
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

    private static ModelCard card(Path file, SafetensorsFile weights) throws WeightFileException {
        Map<String, String> metadata = weights.metadata();
        if (!FORMAT.equals(metadata.get("format"))) {
            throw new WeightFileException(file, "its metadata does not say which network it holds: 'format' must be '"
                    + FORMAT + "', found "
                    + (metadata.isEmpty() ? "no metadata" : metadata.getOrDefault("format", "none")));
        }
        AlexNet network = part(file, metadata, "network", new TypeReference<>() {});
        List<String> classes = part(file, metadata, "classes", new TypeReference<>() {});
        StoredPreprocessing stored = part(file, metadata, "preprocessing", new TypeReference<>() {});
        try {
            return new ModelCard(network, classes, stored.with(weights), text(file, metadata, "origin"));
        } catch (IllegalArgumentException e) {
            throw new WeightFileException(file, "its metadata contradicts itself: " + e.getMessage(), e);
        }
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
            throw new WeightFileException(file, "its metadata is damaged at '" + key + "': " + e.getOriginalMessage(),
                    e);
        }
    }

    private static String text(Path file, Map<String, String> metadata, String key) throws WeightFileException {
        String text = metadata.get(key);
        if (text == null) {
            throw new WeightFileException(file, "its metadata is damaged: there is no '" + key + "'");
        }
        return text;
    }
}
