package net.alexnet.cli;

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
    private CdsTrainingRun() {}

    /// Runs the commands.
    ///
    /// @param arguments a folder that may be filled and removed
    public static void main(String[] arguments) throws IOException {
        NativeLoader.loadAhead(false);
        Path folder = Path.of(arguments[0]);
        Files.createDirectories(folder);
        Path model = folder.resolve("model.safetensors");
        Path picture = folder.resolve("picture.jpg");
        writeModel(model);
        Files.write(picture, new OpenCvCodec().encode(new Image(40, 40, 3, new byte[40 * 40 * 3]), Encoding.PAPER));
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        int failures = Cli.run(nowhere, nowhere, false, "classify", model.toString(), picture.toString())
                + Cli.run(nowhere, nowhere, false, "classify", "--json", model.toString(), picture.toString())
                + Cli.run(nowhere, nowhere, false, "inspect", "paper")
                + Cli.run(nowhere, nowhere, false, "classify", "--help");
        AtomicFiles.deleteTree(folder);
        System.exit(failures == 0 ? 0 : 1);
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
