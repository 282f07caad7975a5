package net.alexnet.server;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A request, with its whole body.
///
/// @param method such as `GET`; a HEAD is handed over as a GET, whose body is not sent
/// @param path as it was sent, without the query
/// @param segments the parts of the path that the template names, decoded; no value contains `/`, `\`, NUL or is `.` or `..`
/// @param query decoded; of several values of a name, the first
/// @param headers by their names in lower case; several values of a name are joined by commas
/// @param body decompressed; empty if there is none; not copied
/// @param read the time from the request's first byte to the last of its body
/// @param memory what the request takes of the memory that all share
@SuppressWarnings("ArrayRecordComponent") // read once, never compared
public record Call(String method, String path, Map<String, String> segments, Map<String, String> query,
        Map<String, String> headers, byte[] body, Duration read,
        BodyMemory.Share memory) {
    /// A part of the path that the template names.
    ///
    /// @throws IllegalArgumentException if the template has no such name
    public String segment(String name) {
        String value = segments.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the path " + path + " has no part named '" + name + "'");
        }
        return value;
    }

    /// A parameter of the query.
    public Optional<String> query(String name) {
        return Optional.ofNullable(query.get(name));
    }

    /// A header, whatever the case of its name.
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /// The media type of the body in lower case, without parameters; empty if the sender named none.
    public String type() {
        return header("Content-Type").map(type -> type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT)).orElse("");
    }
}
