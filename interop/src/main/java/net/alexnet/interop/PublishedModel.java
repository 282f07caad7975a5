package net.alexnet.interop;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import net.alexnet.inference.ImageNet;
import net.alexnet.interop.download.PublishedFile;
import org.jspecify.annotations.Nullable;

/// Published weights, an entry of `catalog.yaml`.
///
/// @param name by which they are pulled and used
/// @param description in a line
/// @param file its name, as published
/// @param addresses of the file, the first one first
/// @param bytes the file's size, if the publisher states it
/// @param hash of the file, the publisher's, see [PublishedFile]
/// @param license of the weights
/// @param accuracy as published
/// @param layout the key of a [WeightLayout]
/// @param classOrder the order of the outputs, which are ImageNet's classes
public record PublishedModel(
        @JsonProperty(required = true) String name,
        @JsonProperty(required = true) String description,
        @JsonProperty(required = true) String file,
        @JsonProperty(required = true) List<URI> addresses,
        @Nullable Long bytes,
        @JsonProperty(required = true) String hash,
        @JsonProperty(required = true) String license,
        @JsonProperty(required = true) Accuracy accuracy,
        @JsonProperty(required = true) String layout,
        @JsonProperty(required = true) ImageNet.Order classOrder) {
    /// Of ILSVRC-2012's validation images, in percent.
    ///
    /// @param views over which it is averaged: 1, the center, or 10
    public record Accuracy(double top1, double top5, int views) {}

    private static final class Catalog {
        private static final List<PublishedModel> MODELS = read();

        private static List<PublishedModel> read() {
            JsonMapper yaml = JsonMapper.builder(new YAMLFactory())
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS).build();
            try (InputStream in = Objects.requireNonNull(PublishedModel.class.getResourceAsStream("catalog.yaml"))) {
                return List.copyOf(yaml.readValue(in, new TypeReference<List<PublishedModel>>() {}));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// All published weights that this library knows.
    public static List<PublishedModel> all() {
        return Catalog.MODELS;
    }

    /// The published weights of this name.
    public static Optional<PublishedModel> named(String name) {
        return all().stream().filter(model -> model.name().equals(name)).findFirst();
    }

    /// What to download.
    @JsonIgnore
    public PublishedFile published() {
        return new PublishedFile(file, addresses, bytes == null ? OptionalLong.empty() : OptionalLong.of(bytes), hash);
    }
}
