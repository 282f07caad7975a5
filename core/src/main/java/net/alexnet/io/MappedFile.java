package net.alexnet.io;

import module java.base;

/// Files as memory, for reading only.
public final class MappedFile {
    private MappedFile() {}

    /// Maps a file for as long as anything refers to a part of it, with every page brought into memory.
    ///
    /// @param expected what it should be, with its article: `an ONNX file`
    /// @throws WeightFileException if it is no plain file, cannot be read, or the disk does not
    ///     give a page
    public static MemorySegment lasting(Path file, String expected) throws WeightFileException {
        MemorySegment mapped = map(file, Arena.ofAuto(), expected);
        load(file, mapped);
        return mapped;
    }

    /// Maps a file for as long as anything refers to a part of it. Pages are brought into memory when they are read.
    public static MemorySegment open(Path file) throws IOException {
        RegularFile.size(file); // or it is a pipe, which may keep its reader waiting for ever
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        }
    }

    /// A copy of a part of a mapped file.
    ///
    /// @throws IOException if the disk does not give that part any more
    public static byte[] read(MemorySegment mapped, long offset, int length) throws IOException {
        byte[] part = new byte[length];
        access(() -> MemorySegment.copy(mapped, ValueLayout.JAVA_BYTE, offset, part, 0, length));
        return part;
    }

    private static void access(Runnable pages) throws IOException {
        try {
            pages.run();
            // The JVM reports a page that could not be read when the thread comes to its next native call; here is one.
            Thread.holdsLock(pages);
        } catch (InternalError e) {
            throw new IOException("it can no longer be read from the disk; was the file cut, or has the disk gone?", e);
        }
    }

    static MemorySegment map(Path file, Arena arena, String expected) throws WeightFileException {
        if (Files.isDirectory(file)) {
            throw new WeightFileException(file, "is a folder, expected " + expected);
        }
        // a pipe may keep its reader waiting for ever
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new WeightFileException(file, "is a pipe or a device, expected " + expected
                    + ". Write its bytes to a plain file first");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException e) {
            throw new WeightFileException(file, "cannot be read: " + AtomicFiles.shortReason(e), e);
        }
    }

    /// Brings every page into memory, because a native reader cannot handle a page that cannot be read.
    static void load(Path file, MemorySegment mapped) throws WeightFileException {
        try {
            access(mapped::load);
        } catch (IOException e) {
            throw new WeightFileException(file, String.valueOf(e.getMessage()), e);
        }
    }
}
