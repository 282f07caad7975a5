package net.alexnet.io;

import module java.base;

/// SHA-256, whole and shortened.
public final class Hashes {
    private static final int BUFFER_BYTES = 1 << 18;

    private Hashes() {}

    /// A new SHA-256.
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /// The hash of everything that was digested, in lower-case hexadecimal.
    public static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    /// The SHA-256 of bytes, in lower-case hexadecimal.
    public static String hex(byte[] bytes) {
        MessageDigest digest = sha256();
        digest.update(bytes);
        return hex(digest);
    }

    /// The SHA-256 of a file, in lower-case hexadecimal.
    public static String hex(Path file) throws IOException {
        return hex(sha256(), file);
    }

    /// The hash of a file by a function of the caller's choice, in lower-case hexadecimal.
    ///
    /// @param digest fresh
    public static String hex(MessageDigest digest, Path file) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long left = RegularFile.size(file); // a device never ends
        try (FileInputStream in = new FileInputStream(file.toFile())) { // an interrupt closes a FileChannel
            for (int count = 0; left > 0 && count >= 0; left -= count) {
                count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                digest.update(buffer, 0, Math.max(0, count));
            }
        }
        return hex(digest);
    }

    /// The first 64 bits of the SHA-256 of bytes.
    public static long first64(byte[] bytes) {
        return ByteBuffer.wrap(sha256().digest(bytes)).getLong();
    }

    /// SHA-256 over texts and numbers. Each piece is preceded by its length, so that no two
    /// sequences of pieces are alike.
    public static final class Digest {
        private final MessageDigest sha256 = sha256();

        public Digest text(String text) {
            return segment(MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)));
        }

        public Digest numbers(long... numbers) {
            return segment(MemorySegment.ofArray(numbers));
        }

        public Digest floats(float[] values) {
            return segment(MemorySegment.ofArray(values));
        }

        /// The bytes of a segment of any size.
        public Digest segment(MemorySegment values) {
            sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(values.byteSize()).flip());
            MemorySegment buffer = MemorySegment.ofArray(new byte[(int) Math.min(BUFFER_BYTES, values.byteSize())]);
            for (long from = 0; from < values.byteSize(); from += BUFFER_BYTES) { // SHA-256 is computed from arrays
                int count = (int) Math.min(BUFFER_BYTES, values.byteSize() - from);
                MemorySegment.copy(values, from, buffer, 0, count);
                sha256.update(buffer.asByteBuffer().limit(count));
            }
            return this;
        }

        /// In lower-case hexadecimal. Nothing can be added afterwards.
        public String hex() {
            return Hashes.hex(sha256);
        }
    }
}
