package net.alexnet.interop.download;

import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import net.alexnet.interop.download.Transfer.Outcome;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.LockFile;

/// Fetches published files.
///
/// Bytes go to `NAME.part`, beside which stands of what version they are; a later call goes on where an earlier one ended,
/// whatever ended it. The whole file is held to its hash before it gets its name. The JVM's proxy settings
/// (`-Dhttps.proxyHost=…`) hold. Nothing is written outside the folder given.
public final class Downloader implements AutoCloseable {
    private static final long LOOK_MILLIS = 50;
    private static final long PROGRESS_BYTES = 1 << 20; // so much more than ever before, and patience begins anew

    /// How patient to be.
    ///
    /// @param connect the longest wait for a connection
    /// @param stall the longest wait for the next bytes
    /// @param attempts how many in a row may fail without a MiB of progress
    /// @param firstWait before the second attempt; each further wait is twice as long
    /// @param redirects how many are followed for a request
    public record Settings(Duration connect, Duration stall, int attempts, Duration firstWait, int redirects) {
        /// For the open internet.
        public static final Settings DEFAULT = new Settings(
                Duration.ofSeconds(20), Duration.ofSeconds(60), 5, Duration.ofSeconds(1), 10);
    }

    private final Settings settings;
    private final HttpClient client;

    public Downloader(Settings settings) {
        this.settings = settings;
        // Redirections are followed by Redirects. HTTP/1.1: one file by one connection gains nothing from more.
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.connect())
                .proxy(ProxySelector.getDefault())
                .build();
    }

    /// Fetches a file into a folder, which is made if it is not there; a file that already stands there is only checked.
    /// Where two do this at once, for the same file and folder, one waits for the other and takes its file.
    ///
    /// @param stop asked often; once it says yes, what has arrived stays for the next call
    /// @return the file: in `folder`, by its own name, held to its hash
    /// @throws DownloadException if no address gives the published file
    /// @throws IOException if the disk cannot be written
    /// @throws InterruptedException if it was stopped
    public Path fetch(PublishedFile file, Path folder, DownloadProgress progress, BooleanSupplier stop)
            throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path target = folder.resolve(file.name());
        Path lock = target.resolveSibling(file.name() + ".lock");
        try (LockFile _ = LockFile.take(
                lock, () -> progress.note("waiting for another download of " + file.name()), stop)) {
            try {
                if (find(file, folder).isPresent()) {
                    return target;
                }
            } catch (DownloadException e) {
                progress.note(String.valueOf(e.getMessage()));
            }
            DownloadException failure = null;
            for (URI address : file.addresses()) {
                try {
                    fetchFrom(address, file, target, progress, stop);
                    return target;
                } catch (DownloadException e) {
                    if (failure != null) {
                        progress.note(String.valueOf(failure.getMessage()));
                        e.addSuppressed(failure);
                    }
                    failure = e;
                }
            }
            throw failure == null ? new DownloadException(file.name() + " has no address") : failure;
        }
    }

    /// A file that was fetched earlier, or put there by hand, after its hash was checked. One that is not the published file
    /// is set aside as `NAME.bad`.
    ///
    /// @throws DownloadException if what is there is not the published file
    public static Optional<Path> find(PublishedFile file, Path folder) throws IOException {
        Path target = folder.resolve(file.name());
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        if (!Files.isRegularFile(target)) {
            throw new IOException(target + " is in the way: it is not a file. Remove it");
        }
        requirePublished(file, target, target);
        return Optional.of(target);
    }

    private void fetchFrom(URI address, PublishedFile file, Path target, DownloadProgress progress,
            BooleanSupplier stop) throws IOException, InterruptedException {
        PartFile part = PartFile.of(target);
        Transfer transfer = new Transfer(client, settings, file, part, progress, stop);
        boolean anew = false;
        int failures = 0;
        long furthest = part.length();
        while (true) {
            boolean whole = file.bytes().isPresent() && part.length() == file.bytes().getAsLong();
            Outcome outcome = whole ? new Outcome.Ended() : transfer.attempt(address);
            long length = part.length();
            if (file.bytes().isPresent() ? length == file.bytes().getAsLong() : outcome instanceof Outcome.Ended) {
                if ((transfer.resumed() || whole) && !anew && !file.hash().of(part.file()).equals(file.hash())) {
                    progress.note("the pieces of " + file.name() + " do not fit together: once more, from the start");
                    part.remove();
                    anew = true;
                    continue;
                }
                accept(file, part, target);
                return;
            }
            failures = length >= furthest + PROGRESS_BYTES ? 1 : failures + 1;
            furthest = Math.max(furthest, length);
            Outcome.Failed failed = outcome instanceof Outcome.Failed it
                    ? it
                    : new Outcome.Failed("%s ended after %,d of %,d bytes".formatted(address, length,
                            file.bytes().orElse(0)), true);
            if (!failed.again() || failures >= settings.attempts()) {
                throw new DownloadException("cannot fetch " + file.name() + ": " + failed.why()
                        + (failures > 1 ? " (attempt " + failures + ")" : ""));
            }
            Duration wait = settings.firstWait().multipliedBy(1L << (failures - 1));
            progress.note(failed.why() + "; once more in " + wait.toMillis() / 1000.0 + " s");
            pause(wait, stop);
        }
    }

    private static void pause(Duration wait, BooleanSupplier stop) throws InterruptedException {
        long end = System.nanoTime() + wait.toNanos();
        while (System.nanoTime() < end) {
            if (stop.getAsBoolean()) {
                throw new InterruptedException();
            }
            Thread.sleep(Math.min(LOOK_MILLIS, wait.toMillis()));
        }
    }

    private static void accept(PublishedFile file, PartFile part, Path target) throws IOException {
        try {
            requirePublished(file, part.file(), target);
        } catch (DownloadException e) {
            part.remove();
            throw e;
        }
        try (FileChannel channel = FileChannel.open(part.file(), StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        part.moveTo(target);
    }

    /// Sets a file that is not the published one aside, as `NAME.bad`.
    private static void requirePublished(PublishedFile file, Path found, Path target) throws IOException {
        long bytes = Files.size(found);
        String wrong;
        if (file.bytes().isPresent() && file.bytes().getAsLong() != bytes) {
            wrong = "expected %,d bytes, found %,d".formatted(file.bytes().getAsLong(), bytes);
        } else {
            Hash hash = file.hash().of(found);
            if (hash.equals(file.hash())) {
                return;
            }
            wrong = "expected " + file.hash() + ", found " + hash.hex();
        }
        Path bad = target.resolveSibling(target.getFileName() + ".bad");
        Files.move(found, bad, StandardCopyOption.REPLACE_EXISTING);
        AtomicFiles.syncFolder(target.toAbsolutePath().resolveSibling(""));
        throw new DownloadException(file.name() + " is not the file that was published: " + wrong
                + ". It was set aside as " + bad);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
