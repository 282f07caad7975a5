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
///         Options.defaults(), Studio.Control.NONE)) {
///     System.out.println(studio.address());
/// }
/// ```
public final class Studio implements AutoCloseable {
    private final HttpServer server;
    private final Models models;
    private final Evaluations evaluations;
    private final Trainings trainings;
    private final Neighbors neighbors;

    private Studio(HttpServer server, Models models, Evaluations evaluations, Trainings trainings,
            Neighbors neighbors) {
        this.server = server;
        this.models = models;
        this.evaluations = evaluations;
        this.trainings = trainings;
        this.neighbors = neighbors;
    }

    /// What the page may start.
    ///
    /// @param pictures folders below which the page chooses pictures to train on; empty if it may start nothing
    /// @param runs the folder in which trainings make their runs
    /// @param program the command that starts the program `alexnet`, without a command of it
    public record Control(List<Path> pictures, Path runs, List<String> program) {
        /// A page that starts nothing.
        public static final Control NONE = new Control(List.of(), Path.of("runs"), List.of());

        public Control {
            pictures = List.copyOf(pictures);
            program = List.copyOf(program);
        }
    }

    /// Starts to serve.
    ///
    /// @param runs folders below which runs are; one need not exist yet
    /// @param options what computes
    /// @param control what the page may start
    /// @throws IOException if the port cannot be had
    public static Studio start(HttpSettings settings, List<Path> runs, Options options,
            Control control) throws IOException {
        RunTable table = new RunTable(runs);
        Finder finder = new Finder(table);
        RunLogs logs = new RunLogs();
        RunSummaries summaries = new RunSummaries(table, logs);
        Shell shell = new Shell(!control.pictures().isEmpty());
        RunsPage list = new RunsPage(table, logs, summaries, shell);
        RunPage run = new RunPage(finder, logs, summaries, shell);
        Models models = new Models(options);
        AtomicReference<URI> address = new AtomicReference<>(URI.create("http://localhost"));
        Neighbors neighbors = new Neighbors(finder, models);
        TryPage tried = new TryPage(finder, summaries, models, shell, address::get);
        Evaluations evaluations = new Evaluations(options);
        ModelPage model = new ModelPage(finder, models, shell);
        ModelParts parts = new ModelParts(finder, models);
        Mistakes mistakes = new Mistakes(finder, models, evaluations);
        DataPage data = new DataPage(finder, options, shell);
        ClaimsPage claims = new ClaimsPage(table, shell);
        LogStream stream = new LogStream(finder, summaries);
        Assets assets = Assets.read();
        Trainings trainings = new Trainings(control.program());
        Router.Builder router = Router.builder()
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
                .post("/try/{run}/near", neighbors::near)
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
                .get("/claims", claims::page);
        if (!control.pictures().isEmpty()) {
            TrainPage train = new TrainPage(new TrainingFolders(control.pictures()), trainings, table, control.runs(),
                    shell);
            router.get("/train", train::page)
                    .get("/train/folders/{folder}", train::contents)
                    .get("/trainings", train::list)
                    .post("/trainings", train::start)
                    .post("/trainings/{number}/stop", train::stop);
        }
        HttpServer server = HttpServer.start(settings, router.build());
        address.set(server.address());
        Thread.ofPlatform().daemon().name("ahead").start(() -> ahead(summaries, run));
        return new Studio(server, models, evaluations, trainings, neighbors);
    }

    /// Reads the logs and makes the newest run's page before anyone asks: the first time takes several times as long.
    private static void ahead(RunSummaries summaries, RunPage page) {
        try {
            List<RunSummary> all = summaries.all();
            if (!all.isEmpty()) {
                page.make(all.getFirst().run());
            }
        } catch (IOException e) {
            // whoever asks for the page is told
        }
    }

    /// Where the pages are.
    public URI address() {
        return server.address();
    }

    /// Stops to serve.
    @Override
    public void close() {
        server.stop(Duration.ofSeconds(2));
        trainings.close();
        neighbors.close();
        evaluations.close();
        models.close();
    }
}
