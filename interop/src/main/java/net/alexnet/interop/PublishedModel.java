package net.alexnet.interop;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import module java.base;
import net.alexnet.inference.ImageNet;
import org.jspecify.annotations.Nullable;

/// Published weights, an entry of `catalog.yaml`.
///
/// @param name by which they are pulled and used
/// @param description in a line
/// @param file its name, without a folder: letters, digits, `.`, `_` and `-`
/// @param address of the file, `https:` or `http:`
/// @param bytes the file's size, if the publisher states it
/// @param hash of the whole file: `sha256:` or `sha1:` and lower-case hexadecimal digits
/// @param license of the weights
/// @param accuracy as published
/// @param layout the key of a [WeightLayout]
/// @param classOrder the order of the outputs, which are ImageNet's classes
public record PublishedModel(
        @JsonProperty(required = true) String name,
        @JsonProperty(required = true) String description,
        @JsonProperty(required = true) String file,
        @JsonProperty(required = true) URI address,
        @Nullable Long bytes,
        @JsonProperty(required = true) String hash,
        @JsonProperty(required = true) String license,
        @JsonProperty(required = true) Accuracy accuracy,
        @JsonProperty(required = true) String layout,
        @JsonProperty(required = true) ImageNet.Order classOrder) {
    /// More bytes are never written where the publisher states no size: twice what any AlexNet takes.
    private static final long LIMIT = 500_000_000;

    /// Of ILSVRC-2012's validation images, in percent.
    ///
    /// @param views over which it is averaged: 1, the center, or 10
    public record Accuracy(double top1, double top5, int views) {}

    private static final List<PublishedModel> ALL = read();

    public PublishedModel {
        if (!file.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException("'" + file + "' is not the name of a file by itself");
        }
        if (address.getHost() == null || !String.valueOf(address.getScheme()).matches("https?")) {
            throw new IllegalArgumentException(
                    file + " needs an address that begins with https:// or http:// and a host,"
                            + " found " + address);
        }
        if (!hash.matches("sha256:[0-9a-f]{64}|sha1:[0-9a-f]{40}")) {
            throw new IllegalArgumentException(file + " needs a hash such as sha256: and 64 hexadecimal digits, found '"
                    + hash + "'");
        }
        if (bytes != null && bytes < 1) {
            throw new IllegalArgumentException(file + " needs a size above 0, found " + bytes);
        }
    }

    /// All published weights that this library knows.
    public static List<PublishedModel> all() {
        return ALL;
    }

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

    /// The published weights of this name.
    public static Optional<PublishedModel> named(String name) {
        return all().stream().filter(model -> model.name().equals(name)).findFirst();
    }

    /// The most bytes that may be written.
    long limit() {
        return bytes == null ? LIMIT : bytes;
    }
}
