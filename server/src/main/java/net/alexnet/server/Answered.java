package net.alexnet.server;

import module java.base;

/// One request and what became of it, for logs and counters.
///
/// @param at when it arrived
/// @param remote the address of the caller
/// @param method such as `GET`
/// @param path as it was sent, without the query, which may hold a token
/// @param status of the answer
/// @param bytesIn of the body as sent
/// @param bytesOut of the answer's body
/// @param time from the first byte of the request to the last of the answer
/// @param id given to the caller if the failure is the server's
/// @param failure in the server, behind a status of 500
public record Answered(Instant at, String remote, String method, String path, int status, long bytesIn, long bytesOut,
        Duration time, Optional<String> id, Optional<Throwable> failure) {
    /// A line of a log: one JSON object without a line break.
    public String json() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("at", at.toString());
        members.put("remote", remote);
        members.put("method", method);
        members.put("path", path);
        members.put("status", status);
        members.put("bytes_in", bytesIn);
        members.put("bytes_out", bytesOut);
        members.put("ms", Math.round(time.toNanos() / 1e4) / 100.0);
        id.ifPresent(value -> members.put("id", value));
        reason().ifPresent(value -> members.put("failure", value));
        return Json.text(members);
    }

    /// The failure and what caused it, the outermost first.
    public Optional<String> reason() {
        return failure.map(whole -> Stream.iterate(whole, Objects::nonNull, Throwable::getCause).limit(10)
                .map(Throwable::toString).collect(Collectors.joining(", caused by ")));
    }
}
