package net.alexnet.server.studio;

import module java.base;
import net.alexnet.Options;
import net.alexnet.server.HttpServer;
import net.alexnet.server.HttpSettings;
import net.alexnet.server.Router;

/// The pages of `alexnet studio`, behind an HTTP server.
///
/// ```java
/// try (Studio studio = Studio.start(HttpSettings.defaults().port(8130), List.of(Path.of("runs")),
///         Options.defaults())) {
///     System.out.println(studio.address());
/// }
/// ```
public final class Studio implements AutoCloseable {
    private final HttpServer server;
    private final Models models;
    private final Evaluations evaluations;

    private Studio(HttpServer server, Models models, Evaluations evaluations) {
        this.server = server;
        this.models = models;
        this.evaluations = evaluations;
    }

    /// Starts to serve.
    ///
    /// @param runs folders below which runs are; one need not exist yet
    /// @param options what computes
    /// @throws IOException if the port cannot be had
    public static Studio start(HttpSettings settings, List<Path> runs, Options options) throws IOException {
        RunTable table = new RunTable(runs);
        Finder finder = new Finder(table);
        RunLogs logs = new RunLogs();
        RunSummaries summaries = new RunSummaries(table, logs);
        Shell shell = new Shell(false);
        RunsPage list = new RunsPage(table, logs, summaries, shell);
        RunPage run = new RunPage(finder, logs, summaries, shell);
        Models models = new Models(options);
        AtomicReference<URI> address = new AtomicReference<>(URI.create("http://localhost"));
        TryPage tried = new TryPage(finder, summaries, models, shell, address::get);
        Evaluations evaluations = new Evaluations(options);
        ModelPage model = new ModelPage(finder, models, shell);
        ModelParts parts = new ModelParts(finder, models);
        Mistakes mistakes = new Mistakes(finder, models, evaluations);
        DataPage data = new DataPage(finder, options, shell);
        ClaimsPage claims = new ClaimsPage(table, shell);
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
                .get("/try", tried::newest)
                .get("/try/{run}", tried::page)
                .post("/try/{run}/classify", tried::classify)
                .post("/try/{run}/occlusion", tried::occlusion)
                .get("/models/{run}", model::page)
                .get("/models/{run}/kernels", parts::kernels)
                .post("/models/{run}/way", parts::way)
                .get("/models/{run}/evaluation", mistakes::state)
                .post("/models/{run}/evaluation", mistakes::start)
                .get("/models/{run}/mistakes", mistakes::list)
                .get("/models/{run}/pairs", mistakes::pairs)
                .get("/models/{run}/pictures/{picture}", mistakes::picture)
                .get("/models/{run}/pictures/{picture}/way", mistakes::way)
                .get("/data/{run}", data::page)
                .get("/data/{run}/draws", data::draws)
                .get("/data/{run}/statistics", data::statistics)
                .get("/data/{run}/duplicates", data::duplicates)
                .get("/claims", claims::page)
                .build();
        HttpServer server = HttpServer.start(settings, router);
        address.set(server.address());
        return new Studio(server, models, evaluations);
    }

    /// Where the pages are.
    public URI address() {
        return server.address();
    }

    /// Stops to serve.
    @Override
    public void close() {
        server.stop(Duration.ofSeconds(2));
        evaluations.close();
        models.close();
    }
}
