package net.alexnet.data.shard;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// A file that is read in place: the operating system maps and caches it, nothing of it is put on the heap. It is
/// unmapped once nothing refers to it, so that nobody has to know when the last reader is done.
final class MappedFile {
    private final Path path;
    private final MemorySegment bytes;

    private MappedFile(Path path, MemorySegment bytes) {
        this.path = path;
        this.bytes = bytes;
    }

    static MappedFile open(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path)) {
            return new MappedFile(path,
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto()));
        }
    }

    Path path() {
        return path;
    }

    /// In bytes.
    long size() {
        return bytes.byteSize();
    }

    /// A copy of a part.
    ///
    /// @throws IOException if the disk does not give that part any more
    byte[] read(long offset, int length) throws IOException {
        byte[] part = new byte[length];
        try {
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, offset, part, 0, length);
            // The JVM reports a page that could not be read when the thread comes to its next native call; here is one.
            Thread.holdsLock(part);
        } catch (InternalError e) {
            throw new IOException("it can no longer be read from the disk; was the file cut, or has the disk gone?", e);
        }
        return part;
    }
}
