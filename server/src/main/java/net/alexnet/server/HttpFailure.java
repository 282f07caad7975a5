package net.alexnet.server;

import java.util.Map;
import net.alexnet.io.Texts;

/// An answer that is an error. Its message becomes `{"error": …}`, so it says what was found, what was expected and what to
/// do, and names no file of the server.
public final class HttpFailure extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final transient Map<String, String> headers;

    /// @param status 400 to 599
    public HttpFailure(int status, String message) {
        this(status, message, Map.of());
    }

    /// @param status 400 to 599
    /// @param headers of the answer, such as `Retry-After`
    public HttpFailure(int status, String message, Map<String, String> headers) {
        super(message, null, false, false); // answers are frequent under load, and no one reads where they were made
        this.status = status;
        this.headers = Map.copyOf(headers);
    }

    /// The server has too much to do.
    ///
    /// @param seconds after which the caller should try again, at least 1
    public static HttpFailure busy(String message, long seconds) {
        return new HttpFailure(503, message, Map.of("Retry-After", Long.toString(seconds)));
    }

    /// The status of the answer.
    public int status() {
        return status;
    }

    /// The failure as it is sent.
    public Reply reply() {
        return withHeaders(Reply.json(status, Map.of("error", String.valueOf(getMessage()))));
    }

    /// The failure as a page for a person.
    Reply page() {
        String text = Texts.markup(String.valueOf(getMessage()));
        Reply page = Reply
                .text("text/html; charset=utf-8", "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                        + "<title>Error</title>\n<p>" + text + ".</p>\n</html>\n")
                .unstored();
        return withHeaders(new Reply(status, page.headers(), page.body()));
    }

    private Reply withHeaders(Reply reply) {
        for (Map.Entry<String, String> header : headers.entrySet()) {
            reply = reply.with(header.getKey(), header.getValue());
        }
        return reply;
    }
}
