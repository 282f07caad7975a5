package net.alexnet.interop;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.util.List;
import java.util.OptionalLong;
import net.alexnet.inference.ImageNet;
import net.alexnet.interop.download.Hash;
import net.alexnet.interop.download.PublishedFile;
import org.jspecify.annotations.Nullable;

/// Published weights that can be had by their name.
///
/// @param name by which they are pulled and used
/// @param description in a line
/// @param file its name, as published
/// @param addresses where it is to be had, the first one first
/// @param plainHttp whether an address may be without encryption
/// @param bytes the file's size, where it is known
/// @param hash of the file, the publisher's
/// @param license of the weights
/// @param accuracy as published
/// @param layout of its names, as for `import`
/// @param classOrder in which order ImageNet's classes stand; nothing for a model file of ours, which says it itself
public record CatalogueEntry(
        @JsonProperty(required = true) String name,
        @JsonProperty(required = true) String description,
        @JsonProperty(required = true) String file,
        @JsonProperty(required = true) List<URI> addresses,
        boolean plainHttp,
        @Nullable Long bytes,
        @JsonProperty(required = true) Hash hash,
        @JsonProperty(required = true) String license,
        @JsonProperty(required = true) Accuracy accuracy,
        @JsonProperty(required = true) String layout,
        ImageNet.@Nullable Order classOrder) {
    /// The layout of a model file of ours.
    static final String OWN = "alexnet";

    /// Where a publisher says no size: twice what any AlexNet takes.
    private static final long LIMIT = 500_000_000;

    /// Of ILSVRC-2012's validation pictures, in per cent.
    ///
    /// @param views over which it is averaged: 1, the centre, or 10
    public record Accuracy(double top1, double top5, int views) {
        public Accuracy {
            if (views != 1 && views != 10) {
                throw new IllegalArgumentException("accuracy: views must be 1 or 10, found " + views);
            }
        }
    }

    public CatalogueEntry {
        if (!PulledModels.isName(name)) {
            throw new IllegalArgumentException("'" + name + "' is not a name of letters, digits, '.', '_' and '-'");
        }
        if (!layout.equals(OWN) && WeightLayout.of(layout).isEmpty()) {
            throw new IllegalArgumentException(
                    name + ": layout must be " + OWN + " or one that import knows, found '" + layout
                            + "'");
        }
        published(file, addresses, plainHttp, bytes, hash); // refuses what makes no sense
    }

    public PublishedFile published() {
        return published(file, addresses, plainHttp, bytes, hash);
    }

    private static PublishedFile published(String file, List<URI> addresses, boolean plainHttp, @Nullable Long bytes,
            Hash hash) {
        OptionalLong size = bytes == null ? OptionalLong.empty() : OptionalLong.of(bytes);
        return new PublishedFile(file, addresses, size, Math.max(LIMIT, size.orElse(0)), hash, plainHttp);
    }
}
