package net.alexnet.interop;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.security.cert.CertificateException;
import module java.base;
import net.alexnet.io.AtomicFiles;

/// Downloads a published file. Bytes go to `NAME.part`, and a later call resumes where an earlier one ended (RFC 9110,
/// section 14). The whole file must have its hash before it gets its name; pieces that do not fit together are found by it.
///
/// The client follows redirects, but not from https to http, and the JVM's proxy settings (`-Dhttps.proxyHost=…`) hold. One
/// thread at a time may download into a folder.
final class Downloader {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int BUFFER_BYTES = 1 << 16;
    private static final long PROGRESS_BYTES = 1 << 20; // after so many new bytes the count of failures starts anew

    /// How patient to be.
    ///
    /// @param stall the longest wait for a connection, and for the next bytes
    /// @param attempts how many in a row may fail without a MiB of progress
    /// @param firstWait before the second attempt; each further wait is twice as long
    record Settings(Duration stall, int attempts, Duration firstWait) {
        /// For the open internet.
        static final Settings DEFAULT = new Settings(Duration.ofSeconds(60), 5, Duration.ofSeconds(1));
    }

    /// An attempt failed; another one may succeed.
    private static final class Retry extends IOException {
        private static final long serialVersionUID = 1;

        Retry(String message) {
            super(message);
        }

        Retry(IOException cause) {
            super(AtomicFiles.reason(cause), cause);
        }

        /// Whether nobody answers at the address, so that a second attempt is of no use.
        boolean unreachable() {
            for (Throwable cause = getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof ConnectException || cause instanceof UnresolvedAddressException
                        || cause instanceof UnknownHostException
                        || cause instanceof HttpTimeoutException || cause instanceof CertificateException
                        || cause instanceof SSLPeerUnverifiedException) {
                    return true;
                }
            }
            return false;
        }
    }

    private final Settings settings;
    private final PublishedModel model;
    private final Path part;
    private final PulledModels.Progress progress;
    private final BooleanSupplier stop;
    private boolean resumed;
    private long furthest; // how long the part has been since it was last deleted
    private int deletions; // of the part

    private Downloader(Settings settings, PublishedModel model, Path part, PulledModels.Progress progress,
            BooleanSupplier stop) {
        this.settings = settings;
        this.model = model;
        this.part = part;
        this.progress = progress;
        this.stop = stop;
    }

    /// Downloads a file into a folder, which is made if it is not there; a file that is there already is only checked.
    ///
    /// @param stop asked often; once it says yes, what has arrived stays for the next call
    /// @return the file: in `folder`, by its own name, with its hash
    /// @throws IOException if the address does not give the published file, or the disk cannot be written
    /// @throws InterruptedException if it was stopped
    static Path fetch(Settings settings, PublishedModel model, Path folder, PulledModels.Progress progress,
            BooleanSupplier stop) throws IOException, InterruptedException {
        Path target = Files.createDirectories(folder).resolve(model.file());
        if (Files.isRegularFile(target)) {
            if (model.hashOf(target).equals(model.hash())) {
                return target;
            }
            progress.note().accept(target + " is not the published file, and is replaced");
            Files.delete(target);
        }
        Path part = folder.resolve(model.file() + ".part");
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL).proxy(ProxySelector.getDefault()).build();
        try {
            new Downloader(settings, model, part, progress, stop).fetch(client);
        } finally {
            client.shutdownNow();
        }
        AtomicFiles.move(part, target);
        return target;
    }

    private void fetch(HttpClient client) throws IOException, InterruptedException {
        int failures = 0;
        furthest = length();
        resumed = furthest > 0;
        while (true) {
            String problem = attempt(client, failures == 0);
            long length = length();
            boolean whole = model.bytes() == null ? problem.isEmpty() : length == model.bytes();
            if (whole) {
                if (accepts()) {
                    return;
                }
                length = 0;
            }
            if (problem.isEmpty()) {
                problem = whole
                        ? "the resumed pieces of " + model.file() + " do not fit together"
                        : "%s ended after %,d of %,d bytes".formatted(model.address(), length, model.limit());
            }
            failures = length >= furthest + PROGRESS_BYTES ? 1 : failures + 1;
            furthest = Math.max(furthest, length);
            if (Math.max(failures, deletions) >= settings.attempts()) {
                throw new IOException(
                        "cannot download " + model.file() + ": " + problem + " (attempt "
                                + Math.max(failures, deletions) + ")");
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

    private long length() throws IOException {
        if (!Files.exists(part, LinkOption.NOFOLLOW_LINKS)) {
            return 0;
        }
        if (!Files.isRegularFile(part, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(part + " is in the way: it is not a plain file. Remove it");
        }
        return Files.size(part);
    }

    /// Whether what has arrived is the file; false if it was resumed and so may be of two versions.
    private boolean accepts() throws IOException {
        String found = model.hashOf(part);
        if (found.equals(model.hash())) {
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            return true;
        }
        deletePart();
        if (resumed) {
            resumed = false;
            return false;
        }
        throw new IOException(model.address() + " does not give the file that was published: expected " + model.hash()
                + ", found " + found + ". It was deleted");
    }

    /// What arrives from here on is progress again. The deletions are counted, so that a server
    /// cannot keep a download going for ever.
    private void deletePart() throws IOException {
        Files.deleteIfExists(part);
        furthest = 0;
        deletions++;
    }

    /// Asks for the bytes that are missing.
    ///
    /// @param first whether a server that cannot be reached is given up at once
    /// @return why another attempt may get further; empty if the server sent all that it wanted to
    private String attempt(HttpClient client, boolean first) throws IOException, InterruptedException {
        long offset = length();
        if (model.bytes() != null && offset == model.bytes()) {
            return "";
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(model.address()).header("User-Agent", "alexnet-jvm")
                .header("Accept-Encoding", "identity");
        if (offset > 0) {
            progress.note().accept("resuming after the first %,d bytes".formatted(offset));
            request.header("Range", "bytes=" + offset + "-");
        }
        var sent = client.sendAsync(request.build(), BodyHandlers.ofInputStream());
        HttpResponse<InputStream> response;
        try {
            response = await(sent);
        } catch (Retry e) {
            String problem = model.address().getHost() + " cannot be reached: " + e.getMessage();
            if (first && e.unreachable()) {
                throw new IOException(problem, e);
            }
            return problem;
        } finally {
            sent.cancel(true);
        }
        try (InputStream body = response.body()) {
            if (response.statusCode() == 416 && offset > 0 && model.bytes() == null) {
                resumed = true; // the part is whole, or is of another version: its hash tells
                return "";
            }
            copy(body, start(response, offset));
            return "";
        } catch (Retry e) {
            return "the download broke off: " + e.getMessage();
        }
    }

    /// Waits for another thread, so that this one can give up when nothing arrives or the user wants to stop: a read of the
    /// response's body has no time limit.
    private <T> T await(Future<T> result) throws IOException, InterruptedException {
        long end = System.nanoTime() + settings.stall().toNanos();
        while (true) {
            requireGoing();
            try {
                return result.get(POLL.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (System.nanoTime() > end) {
                    throw new Retry(new HttpTimeoutException("the server sent nothing for "
                            + settings.stall().toMillis() / 1000.0 + " s"));
                }
            } catch (ExecutionException e) {
                throw e.getCause() instanceof IOException io
                        ? new Retry(io)
                        : new IOException(e.getCause());
            }
        }
    }

    /// The byte of the file with which a response's body begins.
    private long start(HttpResponse<?> response, long offset) throws IOException {
        int status = response.statusCode();
        String range = response.headers().firstValue("Content-Range").orElse("");
        if (status == 200) {
            resumed = false;
            return 0;
        }
        if (status == 206 && offset > 0 && range.startsWith("bytes " + offset + "-")) {
            resumed = true;
            return offset;
        }
        if (status == 206 || status == 416) {
            deletePart();
            throw new Retry("the server has no bytes from " + offset + " on, or sent others ('" + range + "')");
        }
        String problem = model.address() + " answers with status " + status
                + response.headers().firstValue("Location").map(to -> ", a redirect to '" + to
                        + "' that is not followed").orElse(status == 404 ? ", the file is not there" : "");
        throw status == 408 || status == 429 || status >= 500 ? new Retry(problem) : new IOException(problem);
    }

    private void copy(InputStream body, long start) throws IOException, InterruptedException {
        byte[] buffer = new byte[BUFFER_BYTES];
        OptionalLong size = model.bytes() == null ? OptionalLong.empty() : OptionalLong.of(model.bytes());
        try (FileChannel out = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS)) {
            out.truncate(start).position(start);
            for (long done = start;;) {
                FutureTask<Integer> read = new FutureTask<>(() -> body.read(buffer));
                Thread.startVirtualThread(read);
                int count = await(read);
                if (count < 0) {
                    return;
                }
                done += count;
                if (done > model.limit()) {
                    Files.deleteIfExists(part);
                    throw new IOException("%s sends more than the %,d bytes that %s may have; nothing was kept"
                            .formatted(model.address(), model.limit(), model.file()));
                }
                for (ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count); bytes.hasRemaining();) {
                    out.write(bytes);
                }
                progress.bytes().accept(done, size);
            }
        }
    }
}
