package net.alexnet.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;

/// A part of a file as if it were a file of its own, to be read only; how a tar inside a tar is read.
final class ChannelSlice implements SeekableByteChannel {
    private final FileChannel file;
    private final long start;
    private final long size;
    private long position;

    /// @param start of the part, in bytes from the file's begin
    /// @param size of the part, in bytes
    ChannelSlice(Path file, long start, long size) throws IOException {
        this.file = FileChannel.open(file);
        this.start = start;
        this.size = size;
    }

    /// Reads as much as the buffer takes, unless the part or the file ends before.
    @Override
    public int read(ByteBuffer target) throws IOException {
        if (position >= size) {
            return -1;
        }
        ByteBuffer wanted = target.slice();
        wanted.limit((int) Math.min(wanted.capacity(), size - position));
        while (wanted.hasRemaining() && file.read(wanted, start + position + wanted.position()) > 0) {}
        target.position(target.position() + wanted.position());
        position += wanted.position();
        return wanted.position() == 0 ? -1 : wanted.position();
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public ChannelSlice position(long newPosition) {
        position = newPosition;
        return this;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    @Override
    public int write(ByteBuffer source) {
        throw new NonWritableChannelException();
    }

    @Override
    public ChannelSlice truncate(long newSize) {
        throw new NonWritableChannelException();
    }
}
