package net.alexnet.torch;

import module java.base;
import net.alexnet.data.image.UnreadableImageException;

/// Removes from a PNG what its pixels do not depend on: color profiles, texts and the like. OpenCV uses none of them, and
/// libpng writes warnings about them to standard error that contain bytes of the file.
///
/// A chunk that is longer than the file is an error: OpenCV allocates and clears as much memory as a chunk says it has, so
/// that 148 bytes can take 4 GiB.
final class PngChunks {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int FRAME = 12; // length, type and checksum
    private static final Set<String> USED = Set.of("tRNS", "bKGD", "eXIf", "acTL", "fcTL", "fdAT");

    private PngChunks() {}

    /// The same picture without them, and without what follows its end.
    ///
    /// @param file not changed; returned if it is no PNG or there is nothing to remove
    /// @throws UnreadableImageException if a chunk is not whole, or there is no last one
    static byte[] used(byte[] file) throws UnreadableImageException {
        if (!Arrays.equals(file, 0, Math.min(file.length, SIGNATURE.length), SIGNATURE, 0, SIGNATURE.length)) {
            return file;
        }
        ByteBuffer chunks = ByteBuffer.wrap(file);
        ByteArrayOutputStream used = new ByteArrayOutputStream(0);
        int kept = 0; // up to here
        int at = SIGNATURE.length;
        String type = "";
        while (!type.equals("IEND")) {
            long next = file.length - at < FRAME ? Long.MAX_VALUE : at + FRAME + (chunks.getInt(at) & 0xFFFFFFFFL);
            if (next > file.length) {
                throw new UnreadableImageException("a broken PNG: it ends before its last chunk does");
            }
            boolean critical = Character.isUpperCase(chunks.get(at + 4)); // of the type's first letter
            type = new String(file, at + 4, 4, StandardCharsets.ISO_8859_1);
            if (!critical && !USED.contains(type)) {
                used.write(file, kept, at - kept);
                kept = (int) next;
            }
            at = (int) next;
        }
        if (kept == 0 && at == file.length) {
            return file;
        }
        used.write(file, kept, at - kept);
        return used.toByteArray();
    }
}
