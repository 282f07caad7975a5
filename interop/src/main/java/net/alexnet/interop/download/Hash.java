package net.alexnet.interop.download;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import net.alexnet.io.Hashes;

/// What a publisher says about a file's bytes.
///
/// @param kind which function, and whether the whole of it is known
/// @param hex its value in hexadecimal digits; kept in lower case
public record Hash(Kind kind, String hex) {
    private static final int SHORTEST_PREFIX = 8; // PyTorch's hub publishes as many, in the file's name

    /// The functions that publishers of weights use.
    public enum Kind {
        SHA256("SHA-256", 64),
        /// The first digits of a SHA-256: finds what was damaged, but does not stop whoever wants to forge.
        SHA256_PREFIX("SHA-256", 64), SHA1("SHA-1", 40), MD5("MD5", 32);

        private final String algorithm;
        private final int digits;

        Kind(String algorithm, int digits) {
            this.algorithm = algorithm;
            this.digits = digits;
        }
    }

    public Hash {
        hex = hex.toLowerCase(Locale.ROOT);
        boolean length = kind == Kind.SHA256_PREFIX
                ? hex.length() >= SHORTEST_PREFIX && hex.length() <= kind.digits
                : hex.length() == kind.digits;
        if (!length || !hex.matches("[0-9a-f]*")) {
            throw new IllegalArgumentException("'" + hex + "' is not a " + kind.algorithm + " of "
                    + (kind == Kind.SHA256_PREFIX ? SHORTEST_PREFIX + " to " : "") + kind.digits
                    + " hexadecimal digits");
        }
    }

    /// The SHA-256 of a file.
    public static Hash sha256(Path file) throws IOException {
        return new Hash(Kind.SHA256, compute(Kind.SHA256, file));
    }

    /// The file's own value under this hash's function, in as many digits as are known here.
    ///
    /// @return equal to this if the file is the published one
    public Hash of(Path file) throws IOException {
        return new Hash(kind, compute(kind, file).substring(0, hex.length()));
    }

    /// `SHA-1 9116a64c…`, whole.
    @Override
    public String toString() {
        return kind.algorithm + (kind == Kind.SHA256_PREFIX ? " beginning with " : " ") + hex;
    }

    private static String compute(Kind kind, Path file) throws IOException {
        return Hashes.hex(digest(kind), file);
    }

    private static MessageDigest digest(Kind kind) {
        try {
            return MessageDigest.getInstance(kind.algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has these
        }
    }
}
