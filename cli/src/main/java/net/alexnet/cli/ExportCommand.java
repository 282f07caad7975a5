package net.alexnet.cli;

import module java.base;
import net.alexnet.inference.Model;
import net.alexnet.interop.Exporter;
import net.alexnet.interop.WeightLayout;
import net.alexnet.io.DenseWeights;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.train.ModelFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet export`.
@Command(name = "export", description = "Write a model for other programs: .safetensors, PyTorch's .pth, .onnx, or .keras and .weights.h5 of Keras 3.", footer = {
    "", "Examples:", "  ./alexnet export runs/latest flowers.onnx", "  ./alexnet export runs/latest flowers.pth",
    "  ./alexnet export alexnet.safetensors alexnet.pth --net torchvision",
    "  ./alexnet export runs/latest small.safetensors --dense-weights int8"})
final class ExportCommand extends BaseCommand {
    @Parameters(index = "0", paramLabel = "MODEL", description = ModelOptions.MODELS)
    private Path model = Path.of("");

    @Parameters(index = "1", paramLabel = "OUT", description = "The file to write. Its extension chooses the format.")
    private Path out = Path.of("");

    @Option(names = "--net", paramLabel = "LAYOUT", description = "Whose tensor names to use: torchvision, caffe, caffenet or onnx-zoo, each for its own network only, or paper for"
            + " this program's. Default: torchvision for its network, else paper; always paper for .onnx and for rounded weights.")
    private @Nullable String net;

    @Option(names = "--format", paramLabel = "FORMAT", description = "safetensors, pytorch, onnx, keras or keras_weights, whatever the extension of OUT.")
    private Exporter.@Nullable Format format;

    @Option(names = "--dense-weights", paramLabel = "TYPE", defaultValue = "float32", description = "How a .safetensors file stores the weights of the fully connected layers: float32, bfloat16 or int8 (whole"
            + " multiples of a scale for each output). Rounded weights make the file smaller and one picture faster, and change"
            + " probabilities a little: evaluate the file. Default: ${DEFAULT-VALUE}.")
    private DenseWeights denseWeights = DenseWeights.FLOAT32;

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = ModelOptions.CHECKPOINTS)
    private ModelFile.Which checkpoint = ModelFile.Which.LAST;

    @Option(names = "--force", description = "Replace OUT if it exists.")
    private boolean force;

    private record Report(String file, Exporter.Format format, String names, long bytes, Object card) {}

    @Override
    public Integer call() throws IOException {
        Exporter.Format chosen = format != null
                ? format
                : Exporter.Format.of(out).orElseThrow(() -> new IllegalArgumentException("the extension of " + out
                        + " names no format; it must be one of " + extensions() + ", or give --format"));
        requireWritable("", out, List.of(model), force);
        Model.Stored stored = ModelFile.find(model, checkpoint).stored();
        WeightLayout usual = denseWeights == DenseWeights.FLOAT32
                ? Exporter.usual(stored.card(), chosen)
                : WeightLayout.PAPER;
        WeightLayout layout = net == null ? usual : WeightLayout.named(net);
        Exporter.write(out, stored, layout, chosen, denseWeights);
        if (!json()) {
            warn(stored, chosen);
        }
        long bytes = Files.size(out);
        List<String> lines = new ArrayList<>(ModelCardPrinter.lines(stored.card()));
        lines.add("exported: " + out + " (" + Text.bytes(bytes) + ", names of " + layout.key() + ")");
        print(new Report(out.toString(), chosen, layout.key(), bytes, ModelCardPrinter.json(stored.card())), lines);
        return 0;
    }

    private static String extensions() {
        return String.join(", ", Arrays.stream(Exporter.Format.values()).flatMap(one -> one.extensions().stream())
                .toList());
    }

    /// Warns of what a `.pth` cannot hold.
    private void warn(Model.Stored stored, Exporter.Format chosen) {
        AlexNet network = stored.card().network();
        if (chosen == Exporter.Format.PYTORCH && network.dropout() > 0
                && network.dropoutScaling() == DropoutScaling.AT_TEST) {
            err().println("warning: at test time this network multiplies the outputs of fc6 and fc7 by "
                    + (1 - network.dropout())
                    + ", which a .pth does not state and PyTorch's Dropout does not do; an .onnx does both");
        }
        if (chosen == Exporter.Format.PYTORCH && stored.card().preprocessing().meanImage().isPresent()) {
            err().println("warning: PyTorch does not read the mean image that this model subtracts; this"
                    + " program does, and in a .safetensors others can");
        }
        if (chosen == Exporter.Format.KERAS && stored.card().preprocessing().meanImage().isPresent()) {
            err().println("warning: this model subtracts a mean image; in Keras it subtracts the mean of"
                    + " each channel, so that probabilities differ a little");
        }
    }
}
