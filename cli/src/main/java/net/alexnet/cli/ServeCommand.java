package net.alexnet.cli;

import module java.base;
import net.alexnet.Options;
import net.alexnet.server.Answered;
import net.alexnet.server.HttpSettings;
import net.alexnet.server.PemFiles;
import net.alexnet.server.grpc.GrpcServer;
import net.alexnet.server.service.ModelService;
import net.alexnet.server.service.ModelSpec;
import net.alexnet.server.service.ServiceSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet serve`.
@Command(name = "serve", description = "Answer requests for models over HTTP and gRPC, by the Open Inference Protocol.", footer = {
    "", "Examples:",
    "  ./alexnet serve runs/latest",
    "  curl localhost:8080/predictions/latest --data-binary @holiday.jpg",
    "  ./alexnet serve flowers=runs/latest alexnet.safetensors --port 9000",
    "",
    "Only programs on this machine can reach it, unless --host says otherwise. When a model's file changes, it is",
    "loaded beside the old one and takes its place. Replace a file by renaming another one; do not write into it.",
    "A request may have 16 MiB and 64 pictures; a larger one is refused (413).",
    "On Ctrl-C and SIGTERM it answers what it has, and ends."})
final class ServeCommand extends BaseCommand {
    private static final Duration PAUSE = Duration.ofMillis(200);

    /// Forms of the log of requests.
    enum Log {
        NONE, JSON
    }

    @Parameters(paramLabel = "MODEL", arity = "1..*", description = ModelOptions.MODELS
            + " NAME=MODEL gives it another name than its file or folder has.")
    private List<String> models = List.of();

    @Option(names = "--host", paramLabel = "HOST", defaultValue = "localhost", description = "The name or address to listen on. Any but localhost needs --token or --no-auth. Default: ${DEFAULT-VALUE}.")
    private String host = "localhost";

    @Option(names = "--port", paramLabel = "N", defaultValue = "8080", description = "0 takes a free one. Default: ${DEFAULT-VALUE}.")
    private int port = 8080;

    @Option(names = "--grpc-port", paramLabel = "N", description = "Answer the same protocol over gRPC on this port, too.")
    private Optional<Integer> grpcPort = Optional.empty();

    @Option(names = "--token", paramLabel = "TOKEN", description = "Callers must send the header 'Authorization: Bearer TOKEN'. At least 16 characters. Other users can see the options of a program;"
            + " the variable ALEXNET_TOKEN says the same unseen.")
    private Optional<String> token = Optional.ofNullable(System.getenv("ALEXNET_TOKEN"));

    @Option(names = "--no-auth", description = "Let anyone in who can reach --host.")
    private boolean open;

    @Option(names = "--allowed-hosts", paramLabel = "NAME", split = ",", description = "Further names by which callers may call this server, separated by commas. * allows all.")
    private Set<String> allowedHosts = Set.of();

    @Option(names = "--tls-key", paramLabel = "FILE", description = "A private key, PKCS #8 in PEM; with --tls-certificate, for HTTPS.")
    private Optional<Path> tlsKey = Optional.empty();

    @Option(names = "--tls-certificate", paramLabel = "FILE", description = "The certificate of --tls-key, and those that signed it, in PEM.")
    private Optional<Path> tlsCertificate = Optional.empty();

    @Option(names = "--max-batch", paramLabel = "N", defaultValue = "32", description = "The most views that go through the network together; a picture of ten views takes ten even if this is less. Default: ${DEFAULT-VALUE}.")
    private int maxBatch = 32;

    @Option(names = "--max-delay", paramLabel = "MS", defaultValue = "0", description = "Milliseconds that a picture waits for others when the network is free; for those that are being decoded it may wait longer. Default: ${DEFAULT-VALUE}.")
    private int maxDelay;

    @Option(names = "--queue", paramLabel = "N", defaultValue = "256", description = "The most pictures of a model that wait. Default: ${DEFAULT-VALUE}.")
    private int queue = 256;

    @Option(names = "--deadline", paramLabel = "MS", defaultValue = "2000", description = "The longest that a request should take, in milliseconds. If the queue is too long for that, the request is refused"
            + " at once (503). If its time runs out before its computation has begun, it is answered with 504."
            + " Default: ${DEFAULT-VALUE}.")
    private int deadline = 2000;

    @Option(names = "--log", paramLabel = "none|json", defaultValue = "none", description = "A line of JSON for each request, to standard error, and for each message there. Default: ${DEFAULT-VALUE}.")
    private Log log = Log.NONE;

    @Mixin
    private ModelOptions options = new ModelOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        terminal().interruption().deferExit();
        if (log == Log.JSON) {
            StandardError.becomeJson(); // the caller of this ends it, as a failure is a line, too
        }
        Optional<Integer> port = grpcPort.map(number -> (int) within("--grpc-port", number, 0, 65535));
        try (ModelService service = ModelService.start(settings(), this::say)) {
            List<String> lines = new ArrayList<>(service.lines());
            Map<String, Object> addresses = new LinkedHashMap<>(Map.of("address", service.address().toString()));
            if (port.isPresent()) {
                GrpcServer grpc = GrpcServer.start(service, port.get()); // is closed with the service
                lines.add("gRPC on " + host + ":" + grpc.port());
                addresses.put("grpc_port", grpc.port());
            }
            print(addresses, lines);
            while (!terminal().interruption().stopRequested()) {
                Thread.sleep(PAUSE);
            }
        }
        StandardError.restore(); // after a signal there is no time for that later
        return 0;
    }

    private ServiceSettings settings() {
        Options compute = options.options();
        HttpSettings http = HttpSettings.defaults().host(host).port((int) within("--port", port, 0, 65535))
                .allowedHosts(allowedHosts).listener(this::answered);
        if (tlsKey.isPresent() != tlsCertificate.isPresent()) {
            throw new IllegalArgumentException(
                    "--tls-key and --tls-certificate belong together; one of them is missing");
        }
        if (tlsKey.isPresent()) {
            http = http.tls(new PemFiles(tlsKey.get(), tlsCertificate.orElseThrow()));
        }
        if (token.isPresent()) {
            http = http.token(token.get());
        }
        return new ServiceSettings(models.stream().map(ModelSpec::parse).toList(), compute.checkpoint(),
                open ? http.openToAll() : http, (int) within("--max-batch", maxBatch, 1, 1024),
                Duration.ofMillis(within("--max-delay", maxDelay, 0, 60_000 - 1)),
                (int) within("--queue", queue, 1, 100_000),
                Duration.ofMillis(within("--deadline", deadline, 1, 3_000_000)),
                compute.views(), compute.device(), compute.threads(), compute.precision(), Duration.ofSeconds(3),
                Cli.Version.number());
    }

    private void answered(Answered one) {
        if (log == Log.JSON) {
            line(one.json());
        } else {
            one.reason().ifPresent(reason -> say("request " + one.id().orElse("") + " failed: " + reason));
        }
    }

    private void say(String message) {
        line(log == Log.JSON ? StandardError.message(message) : message);
    }

    private synchronized void line(String line) {
        err().println(line);
        err().flush();
    }
}
