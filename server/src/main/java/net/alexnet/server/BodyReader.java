package net.alexnet.server;

import module java.base;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/// Collects a body as it arrives; between its pieces no thread waits.
final class BodyReader implements Runnable {
    /// How long the rest of a body that is too large is read and left. A client that still sends does not read the answer.
    private static final Duration REST = Duration.ofSeconds(2);

    private final Request request;
    private final int most;
    private final BodyMemory.Share memory;
    private final CompletableFuture<byte[]> done = new CompletableFuture<>();
    private byte[] body = {};
    private int length;
    private boolean isTooLarge;

    /// @param most bytes that are accepted
    BodyReader(Request request, int most, BodyMemory.Share memory) {
        this.request = request;
        this.most = most;
        this.memory = memory;
    }

    /// Begins to read.
    ///
    /// @param time after which the body must be there
    /// @return the body, or fails by an [HttpFailure]
    CompletableFuture<byte[]> start(Duration time) {
        run();
        if (!done.isDone()) {
            failAfter(time, new HttpFailure(408, "the body did not arrive within " + time.toSeconds() + " s"));
        }
        return done;
    }

    private void failAfter(Duration time, HttpFailure failure) {
        var deadline = request.getComponents().getScheduler().schedule(() -> fail(failure), time.toMillis(),
                TimeUnit.MILLISECONDS);
        var _ = done.whenComplete((_, _) -> deadline.cancel());
    }

    /// Reads what has arrived; Jetty calls it again when there is more.
    @Override
    public void run() {
        while (!done.isDone()) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                fail(failure(chunk.getFailure()));
                return;
            }
            try {
                append(chunk.getByteBuffer());
            } catch (HttpFailure e) {
                fail(e);
            } finally {
                chunk.release();
            }
            if (chunk.isLast() && isTooLarge) {
                fail(tooLarge(most));
            } else if (chunk.isLast()) {
                done.complete(body.length == length ? body : Arrays.copyOf(body, length));
            }
        }
    }

    private void append(ByteBuffer piece) throws HttpFailure {
        int added = piece.remaining();
        if (isTooLarge) {
            return;
        }
        if (added > most - length) {
            isTooLarge = true;
            body = new byte[0];
            failAfter(most == 0 ? Duration.ZERO : REST, tooLarge(most));
            return;
        }
        memory.take(added);
        if (length + added > body.length) {
            // to the length that the sender stated, once half of it is there: a stated length alone takes no memory
            long stated = Math.clamp(request.getLength(), length + added, most);
            body = Arrays.copyOf(body, (int) Math.min(stated, Math.max(2L * (length + added), 1 << 16)));
        }
        piece.get(body, length, added);
        length += added;
    }

    static HttpFailure tooLarge(int most) {
        return new HttpFailure(413, most == 0
                ? "this address takes no body"
                : "the body has more than " + most + " bytes; send fewer or smaller pictures in a request");
    }

    private static HttpFailure failure(Throwable cause) {
        return switch (cause) {
            case HttpException broken -> new HttpFailure(Math.max(400, broken.getCode()),
                    "the body is broken: " + broken.getReason());
            case TimeoutException _ -> new HttpFailure(408, "the body stopped arriving");
            default -> new HttpFailure(400, "the body ended before its length");
        };
    }

    private void fail(HttpFailure failure) {
        done.completeExceptionally(failure);
    }

    /// Decompresses a body.
    ///
    /// @param encoding the value of `Content-Encoding`: `gzip`, `deflate`, `identity` or empty
    /// @throws HttpFailure of status 413 if the result is larger than `most`, 415 for another encoding, 400 if it is broken
    static byte[] inflate(byte[] body, String encoding, int most, BodyMemory.Share memory) throws HttpFailure {
        if (encoding.isEmpty() || encoding.equals("identity")) {
            return body;
        }
        try (InputStream in = inflating(body, encoding)) {
            ByteArrayOutputStream whole = new ByteArrayOutputStream(Math.min(most, 2 * body.length + 64));
            byte[] piece = new byte[1 << 16];
            for (int read = in.read(piece); read > 0; read = in.read(piece)) {
                if (read > most - whole.size()) {
                    throw tooLarge(most);
                }
                memory.take(read);
                whole.write(piece, 0, read);
            }
            return whole.toByteArray();
        } catch (IOException e) {
            throw new HttpFailure(400, "the body is not " + encoding + ", as its Content-Encoding says");
        }
    }

    private static InputStream inflating(byte[] body, String encoding) throws IOException, HttpFailure {
        InputStream in = new ByteArrayInputStream(body);
        return switch (encoding) {
            case "gzip", "x-gzip" -> new GZIPInputStream(in, 1 << 16);
            case "deflate" -> new InflaterInputStream(in);
            default -> throw new HttpFailure(415, "the Content-Encoding '" + encoding
                    + "' is unknown; expected gzip, deflate or none");
        };
    }
}
