package net.alexnet.inference;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.alexnet.io.AtomicFileWriter;
import net.alexnet.io.AtomicFiles;

/// A file that is written bit by bit beside its place and moved there when it is whole.
final class Draft implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path target;
    private final AtomicFileWriter file;
    private final OutputStream out;
    private long written;

    Draft(Path target) throws IOException {
        this.target = target;
        try {
            if (Files.isDirectory(target)) {
                throw new FileSystemException(target.toString(), null, "it is a folder; expected the name of a file");
            }
            this.file = new AtomicFileWriter(target);
        } catch (IOException e) {
            throw failure(e);
        }
        this.out = new BufferedOutputStream(file.stream(), BUFFER_BYTES);
    }

    /// A stream into the file, for libraries; it need not be closed.
    OutputStream stream() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                Draft.this.write(bytes, offset, length);
            }
        };
    }

    void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    private void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
            written += length;
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// How many bytes there are so far.
    long written() {
        return written;
    }

    /// Writes over the beginning, which must have been written before.
    void overwriteStart(byte[] bytes) throws IOException {
        try {
            out.flush();
            file.stream().getChannel().write(ByteBuffer.wrap(bytes), 0);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// Forces everything to the disk.
    void force() throws IOException {
        try {
            out.flush();
            file.stream().getFD().sync();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// Removes what stood in the draft's place before, for good.
    void removeOld() throws IOException {
        try {
            Files.deleteIfExists(target);
            AtomicFiles.syncFolder(target.toAbsolutePath().resolveSibling(""));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// Forces everything to the disk and moves it into place.
    void finish() throws IOException {
        try {
            out.flush();
            file.publish();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public void close() throws IOException {
        file.close(); // what is buffered is of no use: the draft goes
    }

    IOException failure(IOException e) {
        return new IOException("cannot write " + target + ": " + AtomicFiles.reason(e), e);
    }

    /// Floats as every one of these formats has them.
    static byte[] littleEndian(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    static void requireLength(float[] features, long length) {
        if (features.length != length) {
            throw new IllegalArgumentException("a row has " + length + " features, found " + features.length);
        }
    }
}
