package net.alexnet.interop.download;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;
import net.alexnet.interop.download.PartFile.Version;
import net.alexnet.io.AtomicFiles;

/// One request, and what comes of it in the part file (RFC 9110, sections 13.1.5 and 14).
final class Transfer {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final long LOOK_MILLIS = 50;

    /// How an attempt ended; what arrived is in the part file either way.
    sealed interface Outcome {
        /// The server said all that it had to say.
        record Ended() implements Outcome {}

        /// It broke off, or was refused.
        ///
        /// @param why as a person reads it
        /// @param again whether another attempt may go better
        record Failed(String why, boolean again) implements Outcome {}
    }

    private final HttpClient client;
    private final Downloader.Settings settings;
    private final PublishedFile file;
    private final PartFile part;
    private final DownloadProgress progress;
    private final BooleanSupplier stop;
    private boolean reached;
    private boolean resumed;

    Transfer(HttpClient client, Downloader.Settings settings, PublishedFile file, PartFile part,
            DownloadProgress progress, BooleanSupplier stop) {
        this.client = client;
        this.settings = settings;
        this.file = file;
        this.part = part;
        this.progress = progress;
        this.stop = stop;
    }

    /// Whether any attempt so far went on behind bytes that were there.
    boolean resumed() {
        return resumed;
    }

    /// The most bytes that may be written.
    private long ceiling() {
        return file.bytes().orElse(file.limit());
    }

    /// Asks once.
    ///
    /// @throws DownloadException if the server can never be the right one
    /// @throws IOException if the disk cannot be written
    /// @throws InterruptedException if the user wants to stop
    Outcome attempt(URI address) throws IOException, InterruptedException {
        Optional<Version> version = part.version().filter(noted -> noted.address().equals(address.toString()));
        if (version.isEmpty() || part.length() > ceiling()) {
            part.remove();
        }
        long offset = part.length();
        HttpRequest.Builder request = HttpRequest.newBuilder()
                .header("User-Agent", "alexnet-jvm")
                .header("Accept-Encoding", "identity")
                .timeout(settings.stall());
        if (offset > 0) {
            request.header("Range", "bytes=" + offset + "-");
            version.map(Version::validator).filter(text -> !text.isEmpty())
                    .ifPresent(validator -> request.header("If-Range", validator));
        }
        HttpResponse<InputStream> response;
        try {
            response = follow(request, address);
        } catch (DownloadException e) {
            throw e;
        } catch (IOException e) {
            return unreachable(address, e);
        }
        reached = true;
        try (InputStream body = response.body()) {
            return receive(address, response, body, offset, version);
        }
    }

    private Outcome unreachable(URI address, IOException e) {
        String host = String.valueOf(address.getHost());
        return switch (e) {
            case HttpConnectTimeoutException _ -> new Outcome.Failed(
                    host + " did not answer within " + seconds(settings.connect()), reached);
            case HttpTimeoutException _ -> new Outcome.Failed(
                    host + " sent nothing for " + seconds(settings.stall()), true);
            case ConnectException _ -> new Outcome.Failed(host + " cannot be reached", reached);
            case SSLException _ -> new Outcome.Failed(
                    host + ": no encrypted connection: " + AtomicFiles.reason(e), false);
            default -> new Outcome.Failed("the connection to " + host + " broke off: " + AtomicFiles.reason(e), true);
        };
    }

    // --- asking ----------------------------------------------------------------------------------------------------

    private HttpResponse<InputStream> follow(HttpRequest.Builder request, URI address)
            throws IOException, InterruptedException {
        URI at = address;
        for (int hops = 0; hops <= settings.redirects(); hops++) {
            HttpResponse<InputStream> response = send(request.uri(at).build());
            switch (response.statusCode()) {
                case 301, 302, 303, 307, 308 -> {
                    response.body().close();
                    URI from = at;
                    at = Redirects.follow(from, response.headers().firstValue("Location").orElseThrow(
                            () -> new DownloadException(from + " sends on to nowhere: no Location")));
                }
                default -> {
                    return response;
                }
            }
        }
        throw new DownloadException(address + " sends on and on: more than " + settings.redirects()
                + " redirections, the last to " + at);
    }

    /// On a thread of its own, so that this one can look whether to stop. Not `sendAsync`: its answer comes by way of the
    /// common pool, and never where that is full of callers who wait for one.
    private HttpResponse<InputStream> send(HttpRequest request) throws IOException, InterruptedException {
        FutureTask<HttpResponse<InputStream>> answer = new FutureTask<>(
                () -> client.send(request, BodyHandlers.ofInputStream()));
        Thread.ofVirtual().name("download").start(answer);
        try {
            while (!stop.getAsBoolean()) {
                try {
                    return answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    // look whether to stop, and wait on
                }
            }
            throw new InterruptedException();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case null, default -> throw new IOException(e.getCause());
            }
        } finally {
            answer.cancel(true);
        }
    }

    // --- receiving -------------------------------------------------------------------------------------------------

    private Outcome receive(URI address, HttpResponse<InputStream> response, InputStream body, long offset,
            Optional<Version> version) throws IOException, InterruptedException {
        Version offered = new Version(address.toString(), validator(response));
        switch (response.statusCode()) {
            case 200 -> {
                if (offset > 0) {
                    progress.note("the server has another version by now, or cannot resume: from the start");
                }
                try (FileChannel out = part.openAt(0)) {
                    part.remember(offered); // after the old bytes are gone: they were of another version
                    return copy(body, out, 0, address);
                }
            }
            case 206 -> {
                String range = response.headers().firstValue("Content-Range").orElse("");
                boolean fits = offset > 0 && range.startsWith("bytes " + offset + "-")
                        && version.map(Version::validator).orElse("").equals(offered.validator());
                if (!fits) {
                    part.remove();
                    return new Outcome.Failed("the server sent another part than was asked for ('" + range + "')",
                            true);
                }
                progress.note("going on after the first %,d bytes".formatted(offset));
                resumed = true;
                try (FileChannel out = part.openAt(offset)) {
                    return copy(body, out, offset, address);
                }
            }
            case 416 -> {
                part.remove(); // more bytes here than there
                return new Outcome.Failed("the server's file is shorter than what had arrived", offset > 0);
            }
            default -> {
                int status = response.statusCode();
                boolean passing = status == 408 || status == 429 || status >= 500;
                return new Outcome.Failed(address + " answers with status " + status
                        + (status == 404 || status == 410 ? ", the file is not there" : ""), passing);
            }
        }
    }

    /// What `If-Range` may carry: a weak `ETag` does not vouch for single bytes.
    private static String validator(HttpResponse<?> response) {
        return response.headers().firstValue("ETag").filter(tag -> tag.startsWith("\""))
                .or(() -> response.headers().firstValue("Last-Modified"))
                .orElse("");
    }

    private Outcome copy(InputStream body, FileChannel out, long offset, URI address)
            throws IOException, InterruptedException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long done = offset;
        try (Watchdog watchdog = new Watchdog(body, settings.stall(), stop)) {
            while (true) {
                int count = read(body, buffer);
                if (stop.getAsBoolean() || Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (watchdog.stalled()) {
                    return new Outcome.Failed(
                            address.getHost() + " sent nothing for " + seconds(settings.stall()), true);
                }
                if (count == BROKEN) {
                    return new Outcome.Failed("the connection to " + address.getHost() + " broke off after %,d bytes"
                            .formatted(done), true);
                }
                if (count == END) {
                    return new Outcome.Ended();
                }
                watchdog.fed();
                if (done + count > ceiling()) {
                    part.remove();
                    throw new DownloadException("%s sends more than the %,d bytes that %s may have; nothing was kept"
                            .formatted(address, ceiling(), file.name()));
                }
                write(out, buffer, count);
                done += count;
                progress.bytes(done, file.bytes());
            }
        }
    }

    private static final int END = -1;
    private static final int BROKEN = -2;

    private static int read(InputStream body, byte[] buffer) {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            return BROKEN;
        }
    }

    private void write(FileChannel out, byte[] buffer, int count) throws IOException {
        try {
            PartFile.writeFully(out, buffer, count);
        } catch (IOException e) {
            throw new IOException("cannot write " + part.file() + ": " + AtomicFiles.reason(e)
                    + ". What has arrived is kept; make room, and the same command goes on", e);
        }
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() / 1000.0 + " s";
    }
}
