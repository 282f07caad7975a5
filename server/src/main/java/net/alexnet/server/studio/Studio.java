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
    private final OpenModels models;
    private final Mistakes mistakes;
    private final Trainings trainings;
    private final Neighbors neighbors;
    private final EndpointLimits limits;

    private Studio(HttpServer server, OpenModels models, Mistakes mistakes, Trainings trainings,
            Neighbors neighbors, EndpointLimits limits) {
        this.server = server;
        this.models = models;
        this.mistakes = mistakes;
        this.trainings = trainings;
        this.neighbors = neighbors;
        this.limits = limits;
    }

    /// What the page may start.
    ///
    /// @param pictures folders below which the page chooses pictures to train on; empty if it may
    ///     start nothing
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
        RunLookup lookup = new RunLookup(table);
        RunLogs logs = new RunLogs();
        RunSummaries summaries = new RunSummaries(table, logs);
        PageFrame frame = new PageFrame(!control.pictures().isEmpty());
        EndpointLimits limits = new EndpointLimits(frame);
        RunsPage list = new RunsPage(table, logs, summaries, frame);
        RunPage run = new RunPage(lookup, logs, summaries, frame);
        OpenModels models = new OpenModels(options);
        AtomicReference<URI> address = new AtomicReference<>(URI.create("http://localhost"));
        Neighbors neighbors = new Neighbors(lookup, models);
        TryPage tried = new TryPage(lookup, summaries, models, frame, address::get,
                settings.token().isPresent());
        ModelPage model = new ModelPage(lookup, models, frame);
        ModelParts parts = new ModelParts(lookup, models);
        Mistakes mistakes = new Mistakes(lookup, models);
        Exports exports = new Exports(lookup, options);
        DataPage data = new DataPage(lookup, options, frame);
        ClaimsPage claims = new ClaimsPage(table, frame);
        LogStream stream = new LogStream(lookup, summaries, run);
        Assets assets = Assets.read();
        Trainings trainings = new Trainings(control.program());
        Router.Builder router = Router.builder()
                .get("/", limits.light(list::list))
                .get("/compare", limits.light(list::compare))
                .get("/assets/{file}", assets::get)
                .get("/runs/{run}", limits.light(run::page))
                .get("/runs/{run}/parts", limits.light(run::parts))
                .get("/runs/{run}/report.html", limits.light(run::report))
                .get("/runs/{run}/log", limits.light(stream::lines))
                .events("/runs/{run}/events", stream::open)
                .get("/try", limits.light(tried::newest))
                .get("/try/{run}", limits.light(tried::page))
                .post("/try/{run}/classify", limits.heavy(tried::classify))
                .post("/try/{run}/occlusion", limits.heavy(tried::occlusion))
                .post("/try/{run}/near", limits.heavy(neighbors::near))
                .get("/models/{run}", limits.heavy(model::page))
                .get("/models/{run}/kernels", limits.heavy(parts::kernels))
                .get("/models/{run}/file", limits.heavy(exports::file))
                .post("/models/{run}/layers", limits.heavy(parts::layers))
                .get("/models/{run}/evaluation", limits.light(mistakes::state))
                .post("/models/{run}/evaluation", limits.light(mistakes::start))
                .get("/models/{run}/mistakes", limits.light(mistakes::list))
                .get("/models/{run}/pairs", limits.light(mistakes::pairs))
                .get("/models/{run}/units/{layer}/{unit}", limits.light(mistakes::exciting))
                .get("/models/{run}/pictures/{picture}", limits.heavy(mistakes::picture))
                .get("/models/{run}/pictures/{picture}/layers", limits.heavy(mistakes::layers))
                .get("/data/{run}", limits.heavy(data::page))
                .get("/data/{run}/draws", limits.heavy(data::draws))
                .get("/data/{run}/statistics", limits.heavy(data::statistics))
                .get("/data/{run}/duplicates", limits.heavy(data::duplicates))
                .get("/claims", limits.heavy(claims::page))
                .otherwise(limits.light(_ -> {
                    throw Router.unknown();
                }));
        if (!control.pictures().isEmpty()) {
            TrainPage train = new TrainPage(new TrainingFolders(control.pictures()), trainings, table, summaries,
                    control.runs(), options.threads(), frame);
            router.get("/train", limits.heavy(train::page))
                    .get("/train/folders/{folder}", limits.heavy(train::contents))
                    .get("/trainings", limits.light(train::list))
                    .post("/trainings", limits.heavy(train::start))
                    .post("/trainings/{number}/stop", limits.light(train::stop));
        }
        HttpServer server = HttpServer.start(settings, router.build());
        address.set(server.address());
        Thread.ofPlatform().daemon().name("ahead").start(() -> ahead(summaries, run));
        return new Studio(server, models, mistakes, trainings, neighbors, limits);
    }

    /// Reads the logs and makes the newest run's page before anyone asks: the first time takes
    /// several times as long.
    private static void ahead(RunSummaries summaries, RunPage page) {
        try {
            List<RunSummary> all = summaries.all();
            if (!all.isEmpty()) {
                page.make(all.getFirst().run());
            }
        } catch (IOException | RuntimeException e) {
            // whoever asks for the page is told
        }
    }

    /// Where the pages are.
    public URI address() {
        return server.address();
    }

    /// Stops to serve. A training that the page started saves a checkpoint and ends; those that wait do not begin.
    ///
    /// @return what that training printed last, such as how to continue it; empty if none ran
    public Optional<String> stop() {
        server.stop(Duration.ofSeconds(2));
        limits.close();
        Optional<String> said = trainings.stop();
        neighbors.close();
        mistakes.close();
        models.close();
        return said;
    }

    /// Stops as [#stop()] does.
    @Override
    public void close() {
        var _ = stop();
    }
}
