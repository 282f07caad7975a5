package net.alexnet.server;

import java.time.Duration;

/// What one sender, and all senders together, may ask of the server.
///
/// @param header the most bytes of a request's line and headers together; more gives 431
/// @param body the most bytes of a body, as sent and after decompression; more gives 413
/// @param bodies the most bytes of all bodies and large answers in memory together; more gives 503
/// @param connections the most connections of a port; further ones wait until one closes
/// @param streams the most open event streams; more gives 503
/// @param headerTime until a request's headers must have arrived, else the connection is closed
/// @param bodyTime until a body must have arrived after its headers, else 408
/// @param idleTime until a connection without traffic is closed
/// @param bytesPerSecond the slowest pace at which a client may read an answer
/// @param heartbeat the time between two comments on an event stream, which keep it open
public record Limits(int header, int body, long bodies, int connections, int streams, Duration headerTime,
        Duration bodyTime, Duration idleTime, int bytesPerSecond, Duration heartbeat) {
    /// What is right unless someone knows better.
    public static Limits defaults() {
        return new Limits(16 << 10, 16 << 20, 256L << 20, 2048, 512, Duration.ofSeconds(10), Duration.ofSeconds(30),
                Duration.ofSeconds(60), 64 << 10, Duration.ofSeconds(15));
    }

    public Limits body(int bytes) {
        return new Limits(header, bytes, bodies, connections, streams, headerTime, bodyTime, idleTime, bytesPerSecond,
                heartbeat);
    }

    public Limits bodies(long bytes) {
        return new Limits(header, body, bytes, connections, streams, headerTime, bodyTime, idleTime, bytesPerSecond,
                heartbeat);
    }

    public Limits connections(int count) {
        return new Limits(header, body, bodies, count, streams, headerTime, bodyTime, idleTime, bytesPerSecond,
                heartbeat);
    }

    public Limits streams(int count) {
        return new Limits(header, body, bodies, connections, count, headerTime, bodyTime, idleTime, bytesPerSecond,
                heartbeat);
    }

    public Limits times(Duration headers, Duration bodies) {
        return new Limits(header, body, this.bodies, connections, streams, headers, bodies, idleTime, bytesPerSecond,
                heartbeat);
    }

    public Limits heartbeat(Duration between) {
        return new Limits(header, body, bodies, connections, streams, headerTime, bodyTime, idleTime, bytesPerSecond,
                between);
    }
}
