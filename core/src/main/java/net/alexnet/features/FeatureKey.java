package net.alexnet.features;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import net.alexnet.dataset.PictureSet;

/// All that kept features depend on.
///
/// @param model SHA-256 of the model's file, which holds the weights and the preprocessing
/// @param layer the layer's name
/// @param views how many views of each picture were averaged
/// @param pictures SHA-256 over the pictures' classes, names and stamps ([#fingerprint])
public record FeatureKey(String model, String layer, int views, String pictures) {
    /// SHA-256 of a file, in hexadecimal.
    public static String sha256(Path file) throws IOException {
        MessageDigest digest = digest();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// Changes when a picture comes, goes, or its file is written to. Names count below their source, so that a folder may be
    /// moved.
    public static String fingerprint(PictureSet pictures) {
        MessageDigest digest = digest();
        for (int i = 0; i < pictures.size(); i++) {
            String line = pictures.classes().get(pictures.label(i)) + "\0" + pictures.name(i) + "\0" + pictures.stamp(i)
                    + "\0";
            digest.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// A name for a folder.
    String id() {
        byte[] text = String.join("\0", model, layer, String.valueOf(views), pictures).getBytes(StandardCharsets.UTF_8);
        String plain = layer.replaceAll("[^A-Za-z0-9._-]", "-");
        return plain + "-" + HexFormat.of().formatHex(digest().digest(text)).substring(0, 32);
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
