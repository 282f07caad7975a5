package net.alexnet.server.studio;

import module java.base;
import net.alexnet.server.HttpServer;
import net.alexnet.server.HttpSettings;
import net.alexnet.server.Router;

/// The pages of `alexnet studio`, behind an HTTP server.
///
/// ```java
/// try (Studio studio = Studio.start(HttpSettings.defaults().port(8130), List.of(Path.of("runs")))) {
///     System.out.println(studio.address());
/// }
/// ```
public final class Studio implements AutoCloseable {
    private final HttpServer server;

    private Studio(HttpServer server) {
        this.server = server;
    }

    /// Starts to serve.
    ///
    /// @param runs folders below which runs are; one need not exist yet
    /// @throws IOException if the port cannot be had
    public static Studio start(HttpSettings settings, List<Path> runs) throws IOException {
        RunTable table = new RunTable(runs);
        Finder finder = new Finder(table);
        RunLogs logs = new RunLogs();
        RunSummaries summaries = new RunSummaries(table, logs);
        Shell shell = new Shell(false);
        RunsPage list = new RunsPage(table, logs, summaries, shell);
        RunPage run = new RunPage(finder, logs, summaries, shell);
        LogStream stream = new LogStream(finder, summaries);
        Assets assets = Assets.read();
        Router router = Router.builder()
                .get("/", list::list)
                .get("/compare", list::compare)
                .get("/assets/{file}", assets::get)
                .get("/runs/{run}", run::page)
                .get("/runs/{run}/now", run::now)
                .get("/runs/{run}/parts", run::parts)
                .get("/runs/{run}/report.html", run::report)
                .get("/runs/{run}/log", stream::lines)
                .events("/runs/{run}/events", stream::open)
                .build();
        return new Studio(HttpServer.start(settings, router));
    }

    /// Where the pages are.
    public URI address() {
        return server.address();
    }

    /// Stops to serve.
    @Override
    public void close() {
        server.stop(Duration.ofSeconds(2));
    }
}
