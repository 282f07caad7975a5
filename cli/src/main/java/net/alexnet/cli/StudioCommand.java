package net.alexnet.cli;

import java.awt.Desktop;
import java.awt.GraphicsEnvironment;
import module java.base;
import net.alexnet.server.Answered;
import net.alexnet.server.HttpSettings;
import net.alexnet.server.studio.Studio;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet studio`.
@Command(name = "studio", description = "Show runs in a browser: how they learn, what their networks see, and what they say of a picture of yours."
        + " The page reads the folders of runs, finished or not, and changes nothing there.", footer = {
            "", "Examples:",
            "  ./alexnet studio                                shows the runs in the folder runs",
            "  ./alexnet studio reproduction/ --port 8000",
            "  ./alexnet studio --control --data pictures/     also starts trainings on folders of pictures/",
            "", "Only this machine can open the page, unless --host says otherwise; then it asks for a token."})
final class StudioCommand extends BaseCommand {
    private static final long LOOK = 200; // milliseconds between two looks at whether to stop
    private static final HexFormat HEX = HexFormat.of();
    private static final Path RUNS = Path.of("runs"); // need not exist yet

    @Parameters(paramLabel = "RUNS", arity = "0..*", description = "Folders below which runs are, or folders of runs. Default: runs.")
    private List<Path> runs = List.of(RUNS);

    @Option(names = "--port", paramLabel = "N", description = "0 for a free one. Default: ${DEFAULT-VALUE}.")
    private int port = 8130;

    @Option(names = "--host", paramLabel = "HOST", description = "The name or address to listen on. Default: ${DEFAULT-VALUE}, which only this machine reaches.")
    private String host = "localhost";

    @Option(names = "--allowed-hosts", paramLabel = "NAME", split = ",", description = "Further names under which browsers may ask for the page.")
    private List<String> allowedHosts = List.of();

    @Option(names = "--token", paramLabel = "TOKEN", description = "What a browser must show, at least 16 characters. Default: a random one if other machines can reach the page.")
    private Optional<String> token = Optional.empty();

    @Option(names = "--no-auth", description = "Let anyone in who can reach --host.")
    private boolean open;

    @Option(names = "--control", description = "Let the page start and stop trainings.")
    private boolean control;

    @Option(names = "--data", paramLabel = "DIR", description = "A folder below which the page may choose pictures to train on, in folders of classes or .csv lists, with --control."
            + " Pictures with a link that leads out of these folders are refused. May be repeated.")
    private List<Path> data = List.of();

    @Option(names = "--no-browser", description = "Do not open a browser.")
    private boolean quiet;

    @Mixin
    private ComputeOptions options = new ComputeOptions();

    private record Started(String address) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        within("--port", port, 0, 65_535);
        if (control == data.isEmpty()) {
            throw new IllegalArgumentException(control
                    ? "--control needs the folders of pictures that may be trained on (--data DIR)"
                    : "--data names pictures to train on, which the page does only with --control");
        }
        for (Path folder : data) {
            if (!Files.isDirectory(folder)) {
                throw new IllegalArgumentException("--data: there is no folder " + folder);
            }
        }
        for (Path folder : control ? List.<Path>of() : runs) { // with --control a training makes it
            if (!Files.isDirectory(folder) && !folder.equals(RUNS)) {
                throw new IllegalArgumentException("there is no folder " + folder
                        + "; name a folder below which runs are, or leave it out for the folder " + RUNS);
            }
        }
        Set<String> names = new HashSet<>(allowedHosts);
        boolean everywhere = InetAddress.getByName(host).isAnyLocalAddress();
        if (everywhere) {
            names.add(ownName());
        }
        HttpSettings settings = HttpSettings.defaults().host(host).port(port).allowedHosts(names)
                .listener(this::answered);
        Optional<String> secret = token.isPresent() || open || isLocal() ? token : Optional.of(random());
        if (secret.isPresent()) {
            settings = settings.token(secret.get());
        }
        if (open) {
            settings = settings.openToAll();
        }
        Studio.Control trainings = control
                ? new Studio.Control(data, runs.getFirst(), TrainingCommand.program())
                : Studio.Control.NONE;
        try (Studio studio = Studio.start(settings, runs, options.options(), trainings)) {
            String place = studio.address().toString();
            String address = (everywhere ? place.replace("//localhost:", "//" + ownName() + ":") : place)
                    + secret.map(it -> "/?token=" + URLEncoder.encode(it, StandardCharsets.UTF_8)).orElse("");
            print(new Started(address), List.of("studio: " + address + "  (Ctrl-C ends it)"));
            out().flush();
            if (!quiet) {
                browse(address);
            }
            while (!terminal().interruption().stopRequested()) {
                Thread.sleep(LOOK);
            }
            studio.stop().ifPresent(err()::println);
        }
        return 0;
    }

    private synchronized void answered(Answered one) {
        one.failure().ifPresent(failure -> {
            err().println("request " + one.id().orElse("") + " failed: " + failure);
            err().flush();
        });
    }

    /// The name by which other machines may know this one.
    private static String ownName() {
        try {
            return InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    private boolean isLocal() throws IOException {
        return InetAddress.getByName(host).isLoopbackAddress();
    }

    private static String random() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return HEX.formatHex(bytes);
    }

    private static void browse(String address) {
        try {
            if (!GraphicsEnvironment.isHeadless() && Desktop.isDesktopSupported()
                    && Desktop.getDesktop().isSupported(Desktop.Action.BROWSE)) {
                Desktop.getDesktop().browse(URI.create(address));
            }
        } catch (IOException | UnsupportedOperationException e) {
            // the address is on the terminal
        }
    }
}
