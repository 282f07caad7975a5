package net.alexnet.io;

import module java.base;

/// Files as memory, for reading only.
public final class MappedFile {
    private static final String LOST = "it can no longer be read from the disk; was the file cut, or has the disk gone?";

    private MappedFile() {}

    /// Maps a file for as long as anything refers to a part of it, with every page brought into memory.
    ///
    /// @param expected what it should be, with its article: `an ONNX file`
    /// @throws WeightFileException if it is a folder, cannot be read, or the disk does not give a page
    public static MemorySegment lasting(Path file, String expected) throws WeightFileException {
        MemorySegment mapped = map(file, Arena.ofAuto(), expected);
        load(file, mapped);
        return mapped;
    }

    /// Maps a file for as long as anything refers to a part of it. Pages are brought into memory when they are read.
    public static MemorySegment open(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        }
    }

    /// A copy of a part of a mapped file.
    ///
    /// @throws IOException if the disk does not give that part any more
    public static byte[] read(MemorySegment mapped, long offset, int length) throws IOException {
        byte[] part = new byte[length];
        try {
            MemorySegment.copy(mapped, ValueLayout.JAVA_BYTE, offset, part, 0, length);
            // The JVM reports a page that could not be read when the thread comes to its next native call; here is one.
            Thread.holdsLock(part);
        } catch (InternalError e) {
            throw new IOException(LOST, e);
        }
        return part;
    }

    static MemorySegment map(Path file, Arena arena, String expected) throws WeightFileException {
        if (Files.isDirectory(file)) {
            throw new WeightFileException(file, "is a folder, expected " + expected);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException e) {
            throw new WeightFileException(file, "cannot be read: " + AtomicFiles.reason(e), e);
        }
    }

    /// A native reader cannot be told of a page that is not to be had; here it is an error.
    static void load(Path file, MemorySegment mapped) throws WeightFileException {
        try {
            mapped.load();
            // The JVM reports a page that could not be read when the thread comes to its next native call; here is one.
            Thread.holdsLock(mapped);
        } catch (InternalError e) {
            throw new WeightFileException(file, LOST, e);
        }
    }
}
