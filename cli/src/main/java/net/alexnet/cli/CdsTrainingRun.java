package net.alexnet.cli;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import module java.base;
import net.alexnet.data.image.Encoding;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Safetensors;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Network;
import net.alexnet.tensor.reference.ReferenceBackend;
import net.alexnet.torch.NativeLoader;
import net.alexnet.torch.OpenCvCodec;

/// Short commands on toy files, silently: the launcher has the JVM watch them once after a build, and keep the classes that
/// they load in a cache, ready to use.
final class CdsTrainingRun {
    private static final long LONGEST = 60; // seconds; the launcher waits

    private CdsTrainingRun() {}

    /// Runs the commands.
    ///
    /// @param arguments a folder that may be filled and removed
    public static void main(String[] arguments) throws Exception {
        NativeLoader.loadAhead(false);
        Path folder = Path.of(arguments[0]);
        Files.createDirectories(folder);
        Path model = folder.resolve("model.safetensors");
        Path picture = folder.resolve("picture.jpg");
        writeModel(model);
        byte[] jpeg = new OpenCvCodec().encode(new Image(40, 40, 3, new byte[40 * 40 * 3]), Encoding.PAPER);
        Files.write(picture, jpeg);
        boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        int failures = 1;
        try {
            failures = vectors ? serve(model, jpeg) : classify(model, picture);
            AtomicFiles.deleteTree(folder);
        } finally {
            System.exit(failures == 0 ? 0 : 1); // other threads may still run
        }
    }

    private static int classify(Path model, Path picture) {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        return Cli.run(nowhere, nowhere, false, "classify", model.toString(), picture.toString())
                + Cli.run(nowhere, nowhere, false, "classify", "--json", model.toString(), picture.toString())
                + Cli.run(nowhere, nowhere, false, "inspect", "paper")
                + Cli.run(nowhere, nowhere, false, "classify", "--help");
    }

    /// Serves the model until it has answered once.
    ///
    /// @return 0, or another number after a failure
    private static int serve(Path model, byte[] jpeg) throws Exception {
        CompletableFuture<String> address = new CompletableFuture<>();
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said) {
            @Override
            public void flush() {
                Matcher matcher = Pattern.compile("http://[^\"]+").matcher(said.toString());
                if (matcher.find()) {
                    address.complete(matcher.group());
                }
            }
        };
        Thread service = Thread.ofPlatform().start(() -> {
            Cli.run(out, nowhere, false, "serve", "m=" + model, "--port", "0", "--json");
            address.cancel(false); // it may have ended before it was ready
        });
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create(address.get(LONGEST, TimeUnit.SECONDS)
                    + "/predictions/m")).timeout(Duration.ofSeconds(LONGEST))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(jpeg)).build(),
                    HttpResponse.BodyHandlers.discarding()).statusCode() == 200 ? 0 : 1;
        } finally {
            service.interrupt();
            service.join(Duration.ofSeconds(LONGEST));
        }
    }

    /// All kinds of layers, but few of each.
    private static void writeModel(Path file) throws IOException {
        AlexNet table = AlexNet.small().withSize(32, 3, .25);
        ModelCard card = new ModelCard(table, List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
                new Preprocessing(3, 32, 32, List.of(128.0, 128.0, 128.0), 1 / 64.0), "rehearsal");
        try (ReferenceBackend backend = new ReferenceBackend()) {
            Network network = Network.initialize(table.architecture(), table.initialization(), 1, backend);
            Safetensors.write(file, Model.metadata(card), network.entries());
        }
    }
}
