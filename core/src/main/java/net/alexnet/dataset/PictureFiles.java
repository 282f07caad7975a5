package net.alexnet.dataset;

import java.io.IOException;
import net.alexnet.files.AtomicFiles;
import net.alexnet.image.UnreadablePictureException;

/// What reading a picture's file may meet.
final class PictureFiles {
    /// The most bytes that a picture's file may have, 256 MiB: several times what the largest cameras write, and little
    /// enough that each worker can hold one whole file on the heap.
    static final long MAX_BYTES = 1L << 28;

    private PictureFiles() {}

    /// To be asked before the file is read.
    ///
    /// @throws UnreadablePictureException if it is too large
    static void requireSize(long bytes) throws UnreadablePictureException {
        if (bytes > MAX_BYTES) {
            throw new UnreadablePictureException("the file has " + bytes + " bytes, the limit is " + MAX_BYTES);
        }
    }

    /// For those who ask for the picture and cannot wait until the disk is back.
    static UnreadablePictureException unreadable(IOException e) {
        return new UnreadablePictureException(AtomicFiles.reason(e));
    }
}
