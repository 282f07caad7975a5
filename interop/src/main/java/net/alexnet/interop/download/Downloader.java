package net.alexnet.interop.download;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import net.alexnet.io.AtomicFiles;

/// Downloads a published file. Bytes go to `NAME.part`, and `NAME.part.of` says which version of the file they are; a later
/// call resumes where an earlier one ended (RFC 9110, sections 13.1.5 and 14). The whole file must have its hash before it
/// gets its name. The JVM's proxy settings (`-Dhttps.proxyHost=…`) hold.
///
/// The client follows redirects, but not from https to http. One thread at a time may download into a folder.
public final class Downloader {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final long PROGRESS_BYTES = 1 << 20; // after so many new bytes the count of failures starts anew

    /// Is told how a download goes, on the thread that asked for it.
    ///
    /// @param bytes is given how many bytes have arrived, those of earlier runs included, and the file's size if it is known
    /// @param note is given what a user may want to know: the download is resumed, or tried again
    public record Progress(BiConsumer<Long, OptionalLong> bytes, Consumer<String> note) {}

    /// How patient to be.
    ///
    /// @param connect the longest wait for a connection
    /// @param stall the longest wait for the next bytes
    /// @param attempts how many in a row may fail without a MiB of progress
    /// @param firstWait before the second attempt; each further wait is twice as long
    public record Settings(Duration connect, Duration stall, int attempts, Duration firstWait) {
        /// For the open internet.
        public static final Settings DEFAULT = new Settings(
                Duration.ofSeconds(20), Duration.ofSeconds(60), 5, Duration.ofSeconds(1));
    }

    /// An attempt failed; another one may go better.
    private static final class Retry extends IOException {
        private static final long serialVersionUID = 1;

        Retry(String message) {
            super(message);
        }
    }

    private final Settings settings;
    private final HttpClient client;
    private final PublishedFile file;
    private final Path part;
    private final Path version;
    private final Progress progress;
    private final BooleanSupplier stop;
    private volatile long arrived;
    private volatile boolean reached;
    private volatile boolean resumed;

    private Downloader(Settings settings, HttpClient client, PublishedFile file, Path folder, Progress progress,
            BooleanSupplier stop) {
        this.settings = settings;
        this.client = client;
        this.file = file;
        this.part = folder.resolve(file.name() + ".part");
        this.version = folder.resolve(file.name() + ".part.of");
        this.progress = progress;
        this.stop = stop;
    }

    /// Downloads a file into a folder, which is made if it is not there; a file that is there already is only checked.
    ///
    /// @param stop asked often; once it says yes, what has arrived stays for the next call
    /// @return the file: in `folder`, by its own name, with its hash
    /// @throws IOException if no address gives the published file, or the disk cannot be written
    /// @throws InterruptedException if it was stopped
    public static Path fetch(Settings settings, PublishedFile file, Path folder, Progress progress,
            BooleanSupplier stop) throws IOException, InterruptedException {
        Path target = Files.createDirectories(folder).resolve(file.name());
        if (Files.isRegularFile(target)) {
            if (file.hashOf(target).equals(file.hash())) {
                return target;
            }
            progress.note().accept(target + " is not the published file, and is replaced");
            Files.delete(target);
        }
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL).connectTimeout(settings.connect())
                .proxy(ProxySelector.getDefault()).build();
        try {
            IOException failure = null;
            for (URI address : file.addresses()) {
                if (failure != null) {
                    progress.note().accept(failure.getMessage() + "; trying the next address");
                }
                try {
                    new Downloader(settings, client, file, folder, progress, stop).fetch(address);
                    AtomicFiles.move(folder.resolve(file.name() + ".part"), target);
                    Files.deleteIfExists(folder.resolve(file.name() + ".part.of"));
                    return target;
                } catch (IOException e) {
                    if (failure != null) {
                        e.addSuppressed(failure);
                    }
                    failure = e;
                }
            }
            throw Objects.requireNonNull(failure); // a file has an address
        } finally {
            client.shutdownNow();
        }
    }

    private void fetch(URI address) throws IOException, InterruptedException {
        int failures = 0;
        long furthest = length();
        while (true) {
            String problem = "";
            try {
                if (file.bytes().isEmpty() || length() != file.bytes().getAsLong()) {
                    attempt(address);
                }
            } catch (Retry e) {
                problem = String.valueOf(e.getMessage());
            }
            long length = length();
            boolean whole = file.bytes().isPresent() ? length == file.bytes().getAsLong() : problem.isEmpty();
            if (whole && accepts(address)) {
                return;
            }
            if (problem.isEmpty()) {
                problem = whole
                        ? "the resumed pieces of " + file.name() + " do not fit together"
                        : "%s ended after %,d of %,d bytes".formatted(address, length, file.limit());
            }
            failures = length >= furthest + PROGRESS_BYTES ? 1 : failures + 1;
            furthest = Math.max(furthest, length);
            if (failures >= settings.attempts()) {
                throw new IOException(
                        "cannot download " + file.name() + ": " + problem + " (attempt " + failures + ")");
            }
            Duration wait = settings.firstWait().multipliedBy(1L << (failures - 1));
            progress.note().accept(problem + "; trying again in " + wait.toMillis() / 1000.0 + " s");
            for (long end = System.nanoTime() + wait.toNanos(); System.nanoTime() < end;) {
                requireGoing();
                Thread.sleep(POLL.compareTo(wait) < 0 ? POLL : wait);
            }
        }
    }

    private void requireGoing() throws InterruptedException {
        if (stop.getAsBoolean()) {
            throw new InterruptedException();
        }
    }

    /// Whether what has arrived is the file; false if it was resumed and so may be of two versions.
    private boolean accepts(URI address) throws IOException {
        String found = file.hashOf(part);
        if (found.equals(file.hash())) {
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            return true;
        }
        Files.delete(part);
        if (resumed) {
            resumed = false;
            return false;
        }
        throw new IOException(address + " does not give the file that was published: expected " + file.hash()
                + ", found " + found + ". It was deleted");
    }

    private long length() throws IOException {
        if (!Files.exists(part, LinkOption.NOFOLLOW_LINKS)) {
            return 0;
        }
        if (!Files.isRegularFile(part, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(part + " is in the way: it is not a plain file. Remove it");
        }
        return Files.size(part);
    }

    /// One request on a thread of its own, so that this one can end it when it stalls or the user wants to stop: a read of
    /// the response's body has no time limit.
    private void attempt(URI address) throws IOException, InterruptedException {
        if (length() > 0) {
            progress.note().accept("resuming after the first %,d bytes".formatted(length()));
        }
        FutureTask<Void> transfer = new FutureTask<>(() -> {
            transfer(address);
            return null;
        });
        Thread worker = Thread.ofVirtual().name("download").start(transfer);
        try {
            long seen = 0;
            long since = System.nanoTime();
            while (true) {
                requireGoing();
                try {
                    transfer.get(POLL.toMillis(), TimeUnit.MILLISECONDS);
                    return;
                } catch (TimeoutException e) {
                    long now = arrived;
                    if (now != seen) {
                        seen = now;
                        since = System.nanoTime();
                        progress.bytes().accept(now, file.bytes());
                    } else if (System.nanoTime() - since > settings.stall().toNanos()) {
                        throw new Retry(address.getHost() + " sent nothing for " + seconds(settings.stall()));
                    }
                }
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case null, default -> throw new IOException(e.getCause());
            }
        } finally {
            transfer.cancel(true);
            worker.join(); // nothing is written after this
        }
    }

    private void transfer(URI address) throws IOException, InterruptedException {
        List<String> noted = notedVersion();
        String validator = noted.size() == 2 && noted.getFirst().equals(address.toString()) ? noted.get(1) : "";
        if (noted.isEmpty() || !noted.getFirst().equals(address.toString()) || length() > file.limit()) {
            Files.deleteIfExists(part);
        }
        long offset = length();
        HttpRequest.Builder request = HttpRequest.newBuilder(address).header("User-Agent", "alexnet-jvm")
                .header("Accept-Encoding", "identity");
        if (offset > 0) {
            request.header("Range", "bytes=" + offset + "-");
            if (!validator.isEmpty()) {
                request.header("If-Range", validator);
            }
        }
        HttpResponse<InputStream> response;
        try {
            response = client.send(request.build(), BodyHandlers.ofInputStream());
        } catch (IOException e) {
            String problem = address.getHost() + " cannot be reached: " + AtomicFiles.reason(e);
            boolean hopeless = e instanceof SSLException
                    || (!reached && (e instanceof ConnectException || e instanceof HttpTimeoutException));
            throw hopeless ? new IOException(problem, e) : new Retry(problem);
        }
        reached = true;
        try (InputStream body = response.body()) {
            copy(address, body, start(address, response, offset, validator));
        }
    }

    private List<String> notedVersion() throws IOException {
        try {
            return Files.readAllLines(version);
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /// The byte of the file with which a response's body begins.
    private long start(URI address, HttpResponse<?> response, long offset, String expected) throws IOException {
        // A weak ETag does not vouch for single bytes.
        String validator = response.headers().firstValue("ETag").filter(tag -> tag.startsWith("\""))
                .or(() -> response.headers().firstValue("Last-Modified")).orElse("");
        int status = response.statusCode();
        return switch (status) {
            case 200 -> {
                Files.deleteIfExists(part); // before the note: the old bytes are of another version
                AtomicFiles.writeString(version, address + "\n" + validator + "\n");
                yield 0L;
            }
            case 206 -> {
                String range = response.headers().firstValue("Content-Range").orElse("");
                if (offset == 0 || !range.startsWith("bytes " + offset + "-") || !validator.equals(expected)) {
                    Files.deleteIfExists(part);
                    throw new Retry("the server sent another part than was asked for ('" + range + "')");
                }
                resumed = true;
                yield offset;
            }
            case 416 -> {
                Files.deleteIfExists(part); // more bytes here than there
                throw new Retry("the server's file is shorter than what had arrived");
            }
            default -> {
                String problem = address + " answers with status " + status + (status == 404 || status == 410
                        ? ", the file is not there"
                        : response.headers().firstValue("Location").map(to -> ", a redirect to '" + to
                                + "' that is not followed").orElse(""));
                throw status == 408 || status == 429 || status >= 500 ? new Retry(problem) : new IOException(problem);
            }
        };
    }

    private void copy(URI address, InputStream body, long start) throws IOException {
        byte[] buffer = new byte[1 << 16];
        try (FileChannel out = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS)) {
            out.position(start);
            long done = start;
            while (true) {
                int count;
                try {
                    count = body.read(buffer);
                } catch (IOException e) {
                    throw new Retry("the connection to " + address.getHost() + " broke off after %,d bytes"
                            .formatted(done));
                }
                if (count < 0) {
                    return;
                }
                done += count;
                if (done > file.limit()) {
                    Files.deleteIfExists(part);
                    throw new IOException("%s sends more than the %,d bytes that %s may have; nothing was kept"
                            .formatted(address, file.limit(), file.name()));
                }
                for (ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count); bytes.hasRemaining();) {
                    out.write(bytes);
                }
                arrived = done;
            }
        }
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() / 1000.0 + " s";
    }
}
