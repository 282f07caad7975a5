package net.alexnet.features;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import net.alexnet.dataset.PictureSet;
import net.alexnet.files.Hashes;

/// All that kept features depend on.
///
/// @param model SHA-256 of the model's file, which holds the weights and the preprocessing
/// @param layer the layer's name
/// @param views how many views of each picture were averaged
/// @param pictures SHA-256 over the pictures' classes, names and stamps ([#fingerprint])
public record FeatureKey(String model, String layer, int views, String pictures) {
    /// Changes when a picture comes, goes, or its file is written to. Names count below their source, so that a folder may be
    /// moved.
    public static String fingerprint(PictureSet pictures) {
        MessageDigest digest = Hashes.sha256();
        for (int i = 0; i < pictures.size(); i++) {
            String line = pictures.classes().get(pictures.label(i)) + "\0" + pictures.name(i) + "\0" + pictures.stamp(i)
                    + "\0";
            digest.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return Hashes.hex(digest);
    }

    /// A name for a folder.
    String id() {
        byte[] text = String.join("\0", model, layer, String.valueOf(views), pictures).getBytes(StandardCharsets.UTF_8);
        String plain = layer.replaceAll("[^A-Za-z0-9._-]", "-");
        return plain + "-" + Hashes.hex(text).substring(0, 32);
    }
}
