/// What the service and the page share: an HTTP server, its limits, and who may talk to it.
///
/// A program describes its addresses with [net.alexnet.server.Router] and starts
/// [net.alexnet.server.HttpServer] with [net.alexnet.server.HttpSettings]:
///
/// ```java
/// Router router = Router.builder()
///         .get("/runs/{run}", call -> Reply.json(runs.get(call.segment("run"))))
///         .events("/runs/{run}/events", (call, stream) -> watcher.add(stream, call.segment("run")))
///         .build();
/// try (HttpServer server = HttpServer.start(HttpSettings.defaults().port(8080), router)) { … }
/// ```
///
/// An [net.alexnet.server.Endpoint] is called with the whole body, on a virtual thread of its own, so it may block.
/// While a body arrives, no thread waits for it. No other package sees Jetty.
@NullMarked
package net.alexnet.server;

import org.jspecify.annotations.NullMarked;
