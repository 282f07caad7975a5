package net.alexnet.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// An answer. The server adds the headers that protect a page; `Cache-Control` is `no-cache` unless
/// it is set here. What may show someone's pictures is [#unstored()], as all JSON is.
///
/// @param status such as 200
/// @param headers besides those the server sets
/// @param body not copied; treat as constant, its position included
public record Reply(int status, Map<String, String> headers, ByteBuffer body) {
    /// @param body not copied; treat as constant
    public Reply(int status, Map<String, String> headers, byte[] body) {
        this(status, headers, ByteBuffer.wrap(body));
    }

    /// JSON with status 200.
    ///
    /// @param value a map, a list, a text, a number, a tree of Jackson, or a record of these
    public static Reply json(Object value) {
        return json(200, value);
    }

    /// JSON with another status.
    public static Reply json(int status, Object value) {
        return new Reply(status, Map.of("Content-Type", "application/json"), Json.bytes(value)).unstored();
    }

    /// A text in UTF-8.
    ///
    /// @param type such as `text/html; charset=utf-8`
    public static Reply text(String type, String text) {
        return bytes(type, text.getBytes(StandardCharsets.UTF_8));
    }

    /// Bytes with status 200.
    public static Reply bytes(String type, byte[] body) {
        return new Reply(200, Map.of("Content-Type", type), body);
    }

    /// A file to save, which is sent from where it lies.
    ///
    /// @param name under which a browser saves it: letters, digits, `.`, `_` and `-`
    /// @param file of at most 2 GiB, whose bytes do not change while it is sent
    public static Reply file(String name, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return new Reply(200, Map.of("Content-Type", "application/octet-stream", "Content-Disposition",
                    "attachment; filename=\"" + name + "\""), channel.map(MapMode.READ_ONLY, 0, channel.size()));
        }
    }

    /// No body, and a status such as 204 or 304.
    public static Reply empty(int status) {
        return new Reply(status, Map.of(), new byte[0]);
    }

    /// The browser should go elsewhere, by a GET.
    public static Reply redirect(String location) {
        return empty(303).with("Location", location);
    }

    /// The same, of which a browser keeps no copy on its disk: others may use the machine, and it
    /// may be another answer the next time.
    public Reply unstored() {
        return with("Cache-Control", "no-store");
    }

    /// The same with a further header, or another value of one.
    public Reply with(String header, String value) {
        Map<String, String> changed = new LinkedHashMap<>(headers);
        changed.put(header, value);
        return new Reply(status, changed, body);
    }
}
