package net.alexnet.io;

import module java.base;

/// Tells archives and compressed files by their first bytes.
public final class Archives {
    /// The kind of a plain tar.
    public static final String TAR = "tar";

    private static final int HEAD_BYTES = 512;

    /// @param at where the bytes are
    /// @param bytes in ISO 8859-1
    private record Beginning(int at, String bytes, String kind) {}

    private static final List<Beginning> BEGINNINGS = List.of(
            new Beginning(257, "ustar", TAR), // the first, as a tar begins with the name of a file, which may be any
            new Beginning(0, "\u001f\u008b", "gzip"),
            new Beginning(0, "PK\u0003\u0004", "zip"),
            new Beginning(0, "BZh", "bzip2"),
            new Beginning(0, "\u00fd7zXZ", "xz"),
            new Beginning(0, "(\u00b5/\u00fd", "zstd"),
            new Beginning(0, "7z\u00bc\u00af", "7z"),
            new Beginning(0, "Rar!", "RAR"));

    private Archives() {}

    /// Which kind of archive it is, such as `gzip`; empty if it is none.
    ///
    /// @param head the first bytes of a file
    public static Optional<String> kind(byte[] head) {
        String bytes = new String(head, 0, Math.min(HEAD_BYTES, head.length), StandardCharsets.ISO_8859_1);
        return BEGINNINGS.stream().filter(one -> bytes.startsWith(one.bytes(), one.at())).map(Beginning::kind)
                .findFirst();
    }

    /// As [#kind(byte[])], of a file.
    public static Optional<String> kind(Path file) throws IOException {
        try (InputStream in = RegularFile.open(file)) {
            return kind(in.readNBytes(HEAD_BYTES));
        }
    }
}
