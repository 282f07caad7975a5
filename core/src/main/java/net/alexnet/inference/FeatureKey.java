package net.alexnet.inference;

import java.util.List;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;

/// All that features depend on. Where two commands agree in it, they share what was computed.
///
/// @param layers SHA-256 of the layers up to the one whose output is meant, and of their weights ([#layers])
/// @param preprocessing SHA-256 of what the pictures go through ([#preprocessing])
/// @param views what is looked at of each picture; of several views the mean is meant
/// @param engine what computes, and how many views at a time: others round otherwise
/// @param pictures SHA-256 of the pictures' bytes, in their order; names and classes are not part of it
public record FeatureKey(String layers, String preprocessing, List<Crop> views, String engine, String pictures) {
    public FeatureKey {
        views = List.copyOf(views);
    }

    /// Of the beginning of a network, and so the same for a model and for one that was fine-tuned behind it.
    ///
    /// @param weights of the network, as a model file has them
    /// @param end how many of its rows are meant, see [FeatureLayer]
    public static String layers(WeightFile weights, Architecture architecture, int end)
            throws WeightFileException {
        Digest digest = new Digest();
        for (Row row : architecture.rows().subList(0, end)) {
            digest.text(row.layer().toString());
            for (String name : weights.names().stream().filter(one -> one.startsWith(row.name() + ".")).sorted()
                    .toList()) {
                digest.text(name + " " + weights.shape(name));
                digest.segment(weights.values(name));
            }
        }
        return digest.hex();
    }

    static String preprocessing(Preprocessing preprocessing) {
        Digest digest = new Digest();
        digest.text(preprocessing.channels() + " " + preprocessing.resize() + " " + preprocessing.crop() + " "
                + preprocessing.mean() + " " + preprocessing.scale());
        preprocessing.meanImage().ifPresent(image -> digest.floats(image.values()));
        return digest.hex();
    }

    /// @param contents an id of what each picture holds
    static String pictures(List<String> contents) {
        Digest digest = new Digest();
        contents.forEach(digest::text);
        return digest.hex();
    }

    /// A name for a folder.
    String id() {
        Digest digest = new Digest();
        List.of(layers, preprocessing, views.toString(), engine, pictures).forEach(digest::text);
        return "features-" + digest.hex().substring(0, 32);
    }
}
