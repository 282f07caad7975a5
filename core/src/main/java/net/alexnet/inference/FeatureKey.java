package net.alexnet.inference;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.ResizedImages;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.io.Hashes.Digest;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.tensor.ComputeEnvironment;

/// Everything that decides the bits of stored features. Commands whose keys are equal share what
/// was computed.
///
/// @param layers SHA-256 of the layers up to the one whose output is stored, and of their weights
///     ([#layers])
/// @param preprocessing SHA-256 of what the images go through
/// @param crops of each image; of several crops the mean is stored
/// @param environment what the last bits depend on: engine, device, threads, instructions
/// @param revision of the bits that this program computes itself, `ComputeEnvironment.REVISION`
/// @param batch crops that go through the network at a time
/// @param images SHA-256 over the images in their order ([#images])
public record FeatureKey(String layers, String preprocessing, List<Crop> crops, ComputeEnvironment environment,
        int revision, int batch, String images) {
    private static final JsonMapper JSON = new JsonMapper();

    public FeatureKey {
        crops = List.copyOf(crops);
    }

    /// The hash of the beginning of a network; it is the same for a model and for one that was
    /// fine-tuned behind it.
    ///
    /// @param weights of the network, under the names that a model file has
    /// @param end the number of its rows, see [FeatureLayer]
    public static String layers(WeightFile weights, Architecture architecture, int end)
            throws WeightFileException {
        Digest digest = new Digest();
        for (Row row : architecture.rows().subList(0, end)) {
            digest.text(row.layer().getClass().getSimpleName()).text(json(row.layer()));
            for (String name : weights.names().stream().filter(one -> one.startsWith(row.name() + ".")).sorted()
                    .toList()) {
                digest.text(name).text(weights.shape(name).toString()).segment(weights.values(name));
            }
        }
        return digest.hex();
    }

    private static String json(Object settings) {
        try {
            return JSON.writeValueAsString(settings);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static String preprocessing(Preprocessing preprocessing) {
        Digest digest = new Digest();
        digest.numbers(preprocessing.channels(), preprocessing.resize(), preprocessing.crop());
        digest.text(json(preprocessing.mean())).text(json(preprocessing.scale()));
        preprocessing.meanImage().ifPresent(image -> digest.floats(image.values()));
        return digest.hex();
    }

    /// The hash of a dataset's images: of its fingerprint if it has one; of its parts if it was
    /// joined of several; else of the name and the stamp of each image. The stamp of a file is made
    /// of its size and the time of its last change, so no file is read, and one that was replaced by
    /// another of the same size within the same millisecond is not noticed. Images without a stamp
    /// count by their bytes.
    static String images(ImageDataset images) {
        Digest digest = new Digest();
        if (images.fingerprint().isPresent()) {
            return digest.text(images.fingerprint().get()).hex();
        }
        if (!images.parts().contains(images)) {
            images.parts().forEach(part -> digest.text(images(part)));
            return digest.hex();
        }
        for (int i = 0; i < images.size(); i++) {
            long stamp = images.source(i).stamp();
            digest.text(images.name(i)).numbers(stamp);
            if (stamp == 0) {
                digest.text(ResizedImages.contentId(images, i));
            }
        }
        return digest.hex();
    }

    /// A name for a folder.
    String id() {
        Digest digest = new Digest().text(layers).text(preprocessing).text(images).numbers(revision, batch);
        digest.text(environment.engine()).text(environment.device()).numbers(environment.threads())
                .text(environment.instructions());
        crops.forEach(crop -> digest.numbers(crop.left(), crop.top(), crop.side(), crop.mirrored() ? 1 : 0));
        return "features-" + digest.hex().substring(0, 32);
    }
}
