package net.alexnet.io;

import module java.base;

/// Reads files that others may have written. A pipe may keep its reader waiting for ever, and a device may never end, so
/// neither is opened. Of a file no more is read than the size that it had, for files of `/proc` have a size of 0 and may
/// not end either. A link to a regular file is followed.
public final class RegularFile {
    /// The most bytes of a file of text, such as a recipe, `state.json` or `dataset.json`: 64 MiB.
    public static final int TEXT_LIMIT = 64 << 20;

    private RegularFile() {}

    /// The size of a file.
    ///
    /// @throws IOException if it is not there, or is a folder, a pipe or a device
    public static long size(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw refused(file, attributes.isDirectory()
                    ? "it is a folder; expected a file"
                    : "it is a pipe or a device; expected a regular file");
        }
        return attributes.size();
    }

    /// Checks, before a file is written, that the path is a regular file or does not exist. A link is refused, because the
    /// program would write to the file that the link points to.
    ///
    /// @throws IOException if it is a link, a folder, a pipe or a device
    public static void requireOwnOrMissing(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw refused(file, "it is a link, a folder or a device; expected a regular file. Move it away");
        }
    }

    /// Checks, before a folder is used, that the path is a folder or does not exist. A link to a folder is refused.
    ///
    /// @throws IOException if it is a link or a file
    public static void requireOwnFolderOrMissing(Path folder) throws IOException {
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw refused(folder, "it is a link or a file; expected a folder. Move it away");
        }
    }

    /// Makes a folder, and those above it, unless it is there.
    ///
    /// @throws IOException if it cannot be made; the message says what to do
    public static void makeFolder(Path folder) throws IOException {
        try {
            Files.createDirectories(folder);
        } catch (FileSystemException e) {
            throw new IOException("cannot create the folder " + folder
                    + (e.getReason() == null ? "" : " (" + e.getReason() + ")")
                    + "; choose one in a place that you may write to", e);
        }
    }

    /// A stream of a file's bytes, not buffered.
    ///
    /// @throws IOException as from [#size]
    public static InputStream open(Path file) throws IOException {
        return open(file, Long.MAX_VALUE);
    }

    /// A stream of the first bytes of a file, not buffered.
    ///
    /// @param limit the most bytes
    /// @throws IOException as from [#size]
    public static InputStream open(Path file, long limit) throws IOException {
        long size = Math.min(size(file), limit);
        return size == 0 ? InputStream.nullInputStream() : new Part(Files.newInputStream(file), size);
    }

    /// The first bytes of a stream, such as one of a compressed file that could be a bomb. It ends after them.
    public static InputStream first(InputStream in, long bytes) {
        return new Part(in, bytes);
    }

    /// A whole file.
    ///
    /// @param limit the most bytes that it may have
    /// @throws IOException as from [#size], or if it is larger
    public static byte[] read(Path file, int limit) throws IOException {
        long size = size(file);
        if (size > limit) {
            throw refused(file, "it has " + size + " bytes; the limit is " + limit);
        }
        try (InputStream in = open(file)) {
            return in.readNBytes((int) size);
        }
    }

    /// A whole file of text in UTF-8 of at most [#TEXT_LIMIT] bytes.
    ///
    /// @throws IOException as from [#read], or if it is not UTF-8
    public static String text(Path file) throws IOException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(read(file, TEXT_LIMIT))).toString();
        } catch (CharacterCodingException e) {
            throw new FileSystemException(file.toString(), null, "it is not text in UTF-8; save it as that");
        }
    }

    private static FileSystemException refused(Path file, String reason) {
        return new FileSystemException(file.toString(), null, reason);
    }

    /// The beginning of a stream.
    private static final class Part extends FilterInputStream {
        private long left;

        Part(InputStream in, long bytes) {
            super(in);
            this.left = bytes;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return length == 0 ? 0 : -1;
            }
            int count = in.read(bytes, offset, (int) Math.min(length, left));
            left -= Math.max(0, count);
            return count;
        }

        @Override
        public long skip(long bytes) throws IOException {
            long skipped = in.skip(Math.min(bytes, left));
            left -= Math.max(0, skipped);
            return skipped;
        }

        @Override
        public int available() throws IOException {
            return (int) Math.min(in.available(), left);
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
