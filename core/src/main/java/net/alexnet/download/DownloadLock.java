package net.alexnet.download;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One download of a file at a time, on this machine: a lock on `NAME.lock`, which the operating system lets go of when the
/// process ends. The empty file stays: to remove it would let a third in beside one that waits.
final class DownloadLock implements AutoCloseable {
    private static final long LOOK_MILLIS = 100;

    private final FileChannel channel;

    private DownloadLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Waits until nobody else fetches this file.
    ///
    /// @throws InterruptedException also if `stop` says so
    static DownloadLock of(Path target, DownloadProgress progress, BooleanSupplier stop)
            throws IOException, InterruptedException {
        Path file = target.resolveSibling(target.getFileName() + ".lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        try {
            boolean said = false;
            while (tryLock(channel) == null) {
                if (!said) {
                    progress.note("waiting for another download of " + target.getFileName());
                    said = true;
                }
                if (stop.getAsBoolean()) {
                    throw new InterruptedException();
                }
                Thread.sleep(LOOK_MILLIS);
            }
            return new DownloadLock(channel);
        } catch (IOException | InterruptedException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by this very process
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
