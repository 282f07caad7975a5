package net.alexnet.interop.download;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.OptionalLong;
import net.alexnet.io.Hashes;

/// A file that someone publishes.
///
/// @param name of the file, without a folder: letters, digits, `.`, `_` and `-`
/// @param addresses of the file, `https:` or `http:`; the later ones are asked when an earlier one fails
/// @param bytes its size, if the publisher states it
/// @param hash of all of it: `sha256:` or `sha1:` and lower-case hexadecimal digits
public record PublishedFile(String name, List<URI> addresses, OptionalLong bytes, String hash) {
    /// More bytes are never written where the publisher states no size: twice what any AlexNet takes.
    private static final long LIMIT = 500_000_000;

    public PublishedFile {
        addresses = List.copyOf(addresses);
        if (!name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException("'" + name + "' is not the name of a file by itself");
        }
        if (addresses.isEmpty() || !addresses.stream().allMatch(PublishedFile::isHttp)) {
            throw new IllegalArgumentException(name + " needs addresses that begin with https:// or http:// and a host,"
                    + " found " + addresses);
        }
        if (!hash.matches("sha256:[0-9a-f]{64}|sha1:[0-9a-f]{40}")) {
            throw new IllegalArgumentException(name + " needs a hash such as sha256: and 64 hexadecimal digits, found '"
                    + hash + "'");
        }
        if (bytes.orElse(1) < 1) {
            throw new IllegalArgumentException(name + " needs a size above 0, found " + bytes.getAsLong());
        }
    }

    private static boolean isHttp(URI address) {
        return address.getHost() != null && String.valueOf(address.getScheme()).matches("https?");
    }

    /// The most bytes that may be written.
    long limit() {
        return bytes.orElse(LIMIT);
    }

    /// The hash of a file by the function of this hash, in its form.
    public String hashOf(Path file) throws IOException {
        String kind = hash.substring(0, hash.indexOf(':'));
        try {
            MessageDigest digest = MessageDigest.getInstance(kind.equals("sha1") ? "SHA-1" : "SHA-256");
            return kind + ":" + Hashes.hex(digest, file);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has these
        }
    }
}
