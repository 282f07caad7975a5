package net.alexnet.io;

import module java.base;

/// Writes a file beside its place, under a hidden name of its own, and moves it there when it is
/// whole. Closed before [#publish()], it leaves nothing. A process that is killed leaves the hidden
/// file; a program that handles signals calls [#deleteDrafts()] before it ends.
///
/// Every failure is an `IOException` that names the target and the cause.
public final class AtomicFileWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 18;
    private static final Set<Path> DRAFTS = ConcurrentHashMap.newKeySet();

    private final Path target;
    private final Path draft;
    private final RandomAccessFile file; // an interrupt closes a FileChannel
    private final OutputStream out;

    /// Begins a file.
    ///
    /// @param target where it goes; a file that is there stays until then
    public AtomicFileWriter(Path target) throws IOException {
        this.target = target;
        this.draft = AtomicFiles.beside(target);
        try {
            if (Files.isDirectory(target)) {
                throw new FileSystemException(target.toString(), null, "it is a folder; expected the name of a file");
            }
            DRAFTS.add(draft);
            PrivateFolder.createFile(draft); // refuses a name that is taken
            this.file = new RandomAccessFile(draft.toFile(), "rw");
            this.out = new BufferedOutputStream(new FileOutputStream(file.getFD()), BUFFER_BYTES);
        } catch (NoSuchFileException e) {
            DRAFTS.remove(draft);
            throw failure(new NoSuchFileException(target.toAbsolutePath().resolveSibling("").toString()));
        } catch (IOException e) {
            DRAFTS.remove(draft);
            throw failure(e);
        }
    }

    /// Deletes the hidden files of all writers that are open in this process. For a program that is
    /// about to end: the writers are of no use afterwards.
    public static void deleteDrafts() {
        for (Path draft : DRAFTS) {
            try {
                Files.deleteIfExists(draft);
            } catch (IOException e) {
                // it stays, as it would if the process were killed
            }
        }
    }

    /// A buffered stream into the file. It need not be closed.
    public OutputStream stream() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                attempt(() -> out.write(bytes, offset, length));
            }
        };
    }

    /// Overwrites the beginning of the file.
    public void overwriteStart(byte[] bytes) throws IOException {
        attempt(() -> {
            out.flush();
            file.seek(0);
            file.write(bytes);
            file.seek(file.length());
        });
    }

    /// Forces everything to the disk.
    public void force() throws IOException {
        attempt(() -> {
            out.flush();
            file.getFD().sync();
        });
    }

    /// Forces everything to the disk and moves the file into place.
    public void publish() throws IOException {
        force();
        attempt(() -> {
            file.close();
            AtomicFiles.move(draft, target);
            DRAFTS.remove(draft);
        });
    }

    private interface Action {
        void run() throws IOException;
    }

    private void attempt(Action action) throws IOException {
        try {
            action.run();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// Removes the file unless it was published; buffered bytes are dropped then.
    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            Files.deleteIfExists(draft);
            DRAFTS.remove(draft);
        }
    }

    /// The same failure with the target's name.
    IOException failure(IOException e) {
        return e instanceof WriteException
                ? e
                : new WriteException("cannot write " + target + ": " + (e instanceof FileSystemException failure
                        && draft.toString().equals(failure.getFile())
                                ? AtomicFiles.shortReason(e)
                                : AtomicFiles.reason(e)),
                        e);
    }

    @SuppressWarnings("serial") // never written
    private static final class WriteException extends IOException {
        WriteException(String message, IOException cause) {
            super(message, cause);
        }
    }
}
