package net.alexnet.data;

import java.io.IOException;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.AtomicFiles;

/// What reading a picture's file may meet.
final class ImageFileReader {
    /// The most bytes that a picture's file may have, 256 MiB: several times what the largest cameras write, and little
    /// enough that each worker can hold one whole file on the heap.
    static final long MAX_BYTES = 1L << 28;

    private ImageFileReader() {}

    /// To be asked before the file is read.
    ///
    /// @throws UnreadableImageException if it is too large
    static void requireSize(long bytes) throws UnreadableImageException {
        if (bytes > MAX_BYTES) {
            throw new UnreadableImageException("the file has " + bytes + " bytes, the limit is " + MAX_BYTES);
        }
    }

    /// For those who ask for the picture and cannot wait until the disk is back.
    static UnreadableImageException unreadable(IOException e) {
        return new UnreadableImageException(AtomicFiles.reason(e));
    }
}
