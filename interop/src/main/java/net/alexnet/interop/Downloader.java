package net.alexnet.interop;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.security.cert.CertificateException;
import module java.base;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Hashes;
import net.alexnet.io.RegularFile;
import org.jspecify.annotations.Nullable;

/// Downloads a file. Bytes go to `NAME.part`, and a later call resumes where an earlier one ended (RFC 9110, section 14).
/// A published file must have its hash before it gets its name; pieces that do not fit together are found by it. For a file
/// without a published hash, `NAME.version` holds what the server says of its version, and `NAME.part.version` the same of
/// the part: pieces of two versions are never joined, and a file that has changed at its server is fetched again. The old
/// one stays until the new one has arrived.
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

    /// What to download.
    ///
    /// @param file its name, without a folder
    /// @param address `https:` or `http:`
    /// @param bytes the file's size, if it is published
    /// @param limit the most bytes that may be written
    /// @param hash of the whole file, as [PublishedModel#hash()] has it, if it is published
    record Wanted(String file, URI address, @Nullable Long bytes, long limit, @Nullable String hash) {
        static Wanted of(PublishedModel model) {
            return new Wanted(model.file(), model.address(), model.bytes(), model.limit(), model.hash());
        }
    }

    /// What a server says of a file's version (RFC 9110, section 8.8).
    ///
    /// @param tag its `ETag`, perhaps empty
    /// @param modified its `Last-Modified`, perhaps empty
    private record Version(String tag, String modified) {
        static Version of(HttpResponse<?> response) {
            return new Version(response.headers().firstValue("ETag").orElse(""),
                    response.headers().firstValue("Last-Modified").orElse(""));
        }

        static Version read(Path file) throws IOException {
            if (!Files.exists(file)) {
                return new Version("", "");
            }
            List<String> lines = RegularFile.text(file).lines().toList();
            return lines.size() == 2 ? new Version(lines.getFirst(), lines.getLast()) : new Version("", "");
        }

        void write(Path file) throws IOException {
            AtomicFiles.writeString(file, tag + "\n" + modified + "\n");
        }

        /// The value of `If-Range`, which must not be a weak tag; empty if pieces cannot be told to belong together.
        String forRange() {
            return tag.startsWith("\"") ? tag : modified;
        }
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
    private final Wanted wanted;
    private final Path target;
    private final Path part;
    private final Path version; // of the target; only without a published hash, as the next
    private final Path partVersion;
    private final PulledModels.Progress progress;
    private final BooleanSupplier stop;
    private long size; // of the whole file; -1 if it is not known
    private boolean current; // the file is there, and its server has no other one
    private boolean resumed;
    private long furthest; // how long the part has been since it was last deleted
    private int deletions; // of the part

    private Downloader(Settings settings, Wanted wanted, Path target, PulledModels.Progress progress,
            BooleanSupplier stop) {
        this.settings = settings;
        this.wanted = wanted;
        this.target = target;
        this.part = target.resolveSibling(wanted.file() + ".part");
        this.version = target.resolveSibling(wanted.file() + ".version");
        this.partVersion = target.resolveSibling(wanted.file() + ".part.version");
        this.size = wanted.bytes() == null ? -1 : wanted.bytes();
        this.progress = progress;
        this.stop = stop;
    }

    /// A client for [#fetch]; the caller shuts it down.
    static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL).proxy(ProxySelector.getDefault()).build();
    }

    /// Downloads a file into a folder, which is made if it is not there; a file that is there already is only checked: by
    /// its hash, or without one by asking the server whether it has changed.
    ///
    /// @param stop asked often; once it says yes, what has arrived stays for the next call
    /// @return the file: in `folder`, by its own name, with its hash
    /// @throws IOException if the address does not give the file, or the disk cannot be written; a file without a
    ///     published hash that is there still is whole, but the server was not asked
    /// @throws InterruptedException if it was stopped
    static Path fetch(HttpClient client, Settings settings, Wanted wanted, Path folder,
            PulledModels.Progress progress, BooleanSupplier stop) throws IOException, InterruptedException {
        Path target = Files.createDirectories(folder).resolve(wanted.file());
        if (wanted.hash() != null && Files.isRegularFile(target)) {
            if (hash(target, wanted.hash()).equals(wanted.hash())) {
                return target;
            }
            progress.note().accept(target + " is not the published file, and is replaced");
            Files.delete(target);
        }
        Downloader downloader = new Downloader(settings, wanted, target, progress, stop);
        downloader.fetch(client);
        if (!downloader.current) {
            downloader.place();
        }
        return target;
    }

    /// The same with a client of its own, for a single file.
    static Path fetch(Settings settings, Wanted wanted, Path folder, PulledModels.Progress progress,
            BooleanSupplier stop) throws IOException, InterruptedException {
        HttpClient client = client();
        try {
            return fetch(client, settings, wanted, folder, progress, stop);
        } finally {
            client.shutdownNow();
        }
    }

    /// The hash of a file by the function of another hash, in its form.
    static String hash(Path file, String other) throws IOException {
        String kind = other.substring(0, other.indexOf(':'));
        try {
            MessageDigest digest = MessageDigest.getInstance(kind.equals("sha1") ? "SHA-1" : "SHA-256");
            return kind + ":" + Hashes.hex(digest, file);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has these
        }
    }

    /// Gives the part its name, and the time of the file's last change if the server knows it: prepared pictures are found
    /// again by that time, also after the file was evicted and fetched again. Its milliseconds are of the tag, since a
    /// server may give two versions the same time.
    private void place() throws IOException {
        if (wanted.hash() != null) {
            AtomicFiles.move(part, target);
            return;
        }
        Version fetched = Version.read(partVersion);
        if (!fetched.modified().isEmpty()) {
            try {
                Instant modified = DateTimeFormatter.RFC_1123_DATE_TIME.parse(fetched.modified(), Instant::from);
                Files.setLastModifiedTime(part,
                        FileTime.from(modified.plusMillis(Math.floorMod(fetched.tag().hashCode(), 1000))));
            } catch (DateTimeException | IllegalArgumentException e) {
                // no date: the time of fetching stays
            }
        }
        AtomicFiles.move(part, target);
        AtomicFiles.move(partVersion, version); // last: until then the old version makes the server send the file again
    }

    private void fetch(HttpClient client) throws IOException, InterruptedException {
        int failures = 0;
        furthest = length();
        resumed = furthest > 0;
        while (true) {
            String problem = attempt(client, failures == 0);
            if (current) {
                return;
            }
            long length = length();
            boolean whole = size < 0 ? problem.isEmpty() : length == size;
            if (whole) {
                if (accepts()) {
                    return;
                }
                length = 0;
            }
            if (problem.isEmpty()) {
                problem = whole
                        ? "the resumed pieces of " + wanted.file() + " do not fit together"
                        : "%s ended after %,d of %,d bytes".formatted(wanted.address(), length, size);
            }
            if (isThere() && length == 0) {
                throw new IOException(problem); // the caller can do without an answer
            }
            failures = length >= furthest + PROGRESS_BYTES ? 1 : failures + 1;
            furthest = Math.max(furthest, length);
            if (Math.max(failures, deletions) >= settings.attempts()) {
                throw new IOException(
                        "cannot download " + wanted.file() + ": " + problem + " (attempt "
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
        return isPlain(part) ? Files.size(part) : 0;
    }

    /// Whether the whole file of some version is there, which no published hash has checked.
    private boolean isThere() throws IOException {
        return wanted.hash() == null && isPlain(target);
    }

    private static boolean isPlain(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + " is in the way: it is not a plain file. Remove it");
        }
        return true;
    }

    /// Whether what has arrived is the file; false if it was resumed and so may be of two versions.
    private boolean accepts() throws IOException {
        String found = wanted.hash() == null ? "" : hash(part, wanted.hash());
        if (wanted.hash() == null || found.equals(wanted.hash())) {
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
        throw new IOException(wanted.address() + " does not give the file that was published: expected " + wanted.hash()
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
        if (wanted.bytes() != null && offset == wanted.bytes()) {
            return "";
        }
        if (wanted.hash() == null && offset > 0 && Version.read(partVersion).forRange().isEmpty()) {
            deletePart(); // what is missing might be of another version
            offset = 0;
        }
        Version known = wanted.hash() != null
                ? new Version("", "")
                : Version.read(offset > 0 ? partVersion : version);
        HttpRequest.Builder request = HttpRequest.newBuilder(wanted.address()).header("User-Agent", "alexnet-jvm")
                .header("Accept-Encoding", "identity");
        if (offset > 0) {
            progress.note().accept("resuming after the first %,d bytes".formatted(offset));
            request.header("Range", "bytes=" + offset + "-");
        }
        if (offset > 0 && !known.forRange().isEmpty()) {
            request.header("If-Range", known.forRange());
        } else if (offset == 0 && isThere() && !known.tag().isEmpty()) {
            request.header("If-None-Match", known.tag());
        } else if (offset == 0 && isThere() && !known.modified().isEmpty()) {
            request.header("If-Modified-Since", known.modified());
        }
        var sent = client.sendAsync(request.build(), BodyHandlers.ofInputStream());
        HttpResponse<InputStream> response;
        try {
            response = await(sent);
        } catch (Retry e) {
            String problem = wanted.address().getHost() + " cannot be reached: " + e.getMessage();
            if (first && e.unreachable()) {
                throw new IOException(problem, e);
            }
            return problem;
        } finally {
            sent.cancel(true);
        }
        try (InputStream body = response.body()) {
            if (offset == 0 && isThere() && isCurrent(response, known)) {
                current = true;
                return "";
            }
            if (response.statusCode() == 416 && offset > 0 && wanted.bytes() == null
                    && (wanted.hash() != null || isWhole(response, offset))) {
                resumed = true; // the part is whole, or is of another version: a hash tells
                size = wanted.hash() == null ? offset : size;
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

    /// Whether a response says that the file is still the one that is there. One that is sent in chunks, without a version,
    /// says nothing else.
    private boolean isCurrent(HttpResponse<?> response, Version known) throws IOException {
        return response.statusCode() == 304 || (response.statusCode() == 200 && Version.of(response).equals(known)
                && (isChunked(response) || announced(response) == Files.size(target)));
    }

    /// Whether a refusal of the bytes from an offset on says that there are none, because the part is the whole file.
    private boolean isWhole(HttpResponse<?> response, long offset) throws IOException {
        return range(response).equals("bytes */" + offset) && isOfPart(response);
    }

    /// Whether a response to `If-Range` is of the part's version; a server may leave out the tag.
    private boolean isOfPart(HttpResponse<?> response) throws IOException {
        String tag = Version.of(response).tag();
        return tag.isEmpty() || tag.equals(Version.read(partVersion).tag());
    }

    private static String range(HttpResponse<?> response) {
        return response.headers().firstValue("Content-Range").orElse("");
    }

    /// Whether the client knows where a body ends; else a broken connection would look like the end.
    private static boolean hasEnd(HttpResponse<?> response) {
        return announced(response) >= 0 || isChunked(response);
    }

    private static boolean isChunked(HttpResponse<?> response) {
        return response.headers().firstValue("Transfer-Encoding").orElse("").equalsIgnoreCase("chunked");
    }

    private static long announced(HttpResponse<?> response) {
        return response.headers().firstValueAsLong("Content-Length").orElse(-1);
    }

    /// Prepares for the body of another version than the one that is there, if any.
    private void begin(HttpResponse<?> response) throws IOException {
        if (response.headers().firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT).startsWith("text/html")) {
            throw new IOException(wanted.address() + " answers with a web page in place of the file");
        }
        if (!hasEnd(response)) {
            throw new IOException(
                    wanted.address() + " sends no Content-Length, so that a transfer that breaks off would"
                            + " look whole; download the file from elsewhere and name its path");
        }
        expect(announced(response));
        if (isThere()) {
            progress.note().accept(wanted.address() + " has changed since it was fetched, and is fetched again");
        }
        Files.deleteIfExists(part);
        Version.of(response).write(partVersion);
    }

    private void expect(long bytes) throws IOException {
        size = bytes;
        if (size > wanted.limit()) {
            throw new IOException("%s has %,d bytes, and %,d are the most that are fetched"
                    .formatted(wanted.address(), size, wanted.limit()));
        }
    }

    /// The byte of the file with which a response's body begins.
    private long start(HttpResponse<?> response, long offset) throws IOException {
        int status = response.statusCode();
        String range = range(response);
        if (status == 200) {
            resumed = false;
            if (wanted.hash() == null) {
                begin(response);
            }
            return 0;
        }
        boolean same = wanted.hash() != null || (isOfPart(response) && hasEnd(response));
        if (status == 206 && offset > 0 && range.startsWith("bytes " + offset + "-") && same) {
            resumed = true;
            String total = range.substring(range.indexOf('/') + 1);
            if (wanted.hash() == null) {
                expect(total.matches("\\d{1,18}") ? Long.parseLong(total) : -1);
            }
            return offset;
        }
        if (status == 206 || status == 416) {
            deletePart();
            throw new Retry("the server has no bytes from " + offset + " on, or sent others ('" + range + "')");
        }
        String problem = wanted.address() + " answers with status " + status
                + response.headers().firstValue("Location").map(to -> ", a redirect to '" + to
                        + "' that is not followed").orElse(status == 404 ? ", the file is not there" : "");
        throw status == 408 || status == 429 || status >= 500 ? new Retry(problem) : new IOException(problem);
    }

    private void copy(InputStream body, long start) throws IOException, InterruptedException {
        byte[] buffer = new byte[BUFFER_BYTES];
        OptionalLong whole = size < 0 ? OptionalLong.empty() : OptionalLong.of(size);
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
                if (done > wanted.limit()) {
                    Files.deleteIfExists(part);
                    throw new IOException("%s sends more than the %,d bytes that %s may have; nothing was kept"
                            .formatted(wanted.address(), wanted.limit(), wanted.file()));
                }
                for (ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count); bytes.hasRemaining();) {
                    out.write(bytes);
                }
                progress.bytes().accept(done, whole);
            }
        }
    }
}
