package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import net.alexnet.inference.Model;
import net.alexnet.interop.Exporter;
import net.alexnet.interop.WeightLayout;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.train.ModelFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet export`.
@Command(name = "export", mixinStandardHelpOptions = true, description = "Writes a model for other programs: .safetensors, PyTorch's .pth, or .onnx.", footer = {
    "", "Examples:", "  ./alexnet export runs/latest flowers.onnx", "  ./alexnet export runs/latest flowers.pth",
    "  ./alexnet export alexnet.safetensors alexnet.pth --net torchvision"})
final class ExportCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A run's folder, one of its checkpoints, a model file, or the name of a pulled model.")
    private Path model = Path.of("");

    @Parameters(index = "1", paramLabel = "OUT", description = "The file to write; its ending says the format.")
    private Path out = Path.of("");

    @Option(names = "--net", paramLabel = "LAYOUT", description = "Whose names the tensors get: torchvision, caffe, caffenet or onnx-zoo, for their own networks alone, or paper for this program's. Default: torchvision for its network, else paper. An .onnx has paper's.")
    private @Nullable String net;

    @Option(names = "--format", paramLabel = "FORMAT", description = "safetensors, pytorch or onnx, whatever OUT is called.")
    private Exporter.@Nullable Format format;

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = Engine.CHECKPOINTS)
    private ModelFile.Which which = ModelFile.Which.RESULT;

    @Option(names = "--force", description = "Replace OUT if it exists.")
    private boolean force;

    @Option(names = "--json", description = "One JSON object on standard output, and nothing else there.")
    private boolean json;

    ExportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Exporter.Format chosen = format == null
                ? Exporter.Format.of(out).orElseThrow(() -> new UsageException("the ending of " + out
                        + " names no format; it must be one of " + endings() + ", or say --format"))
                : format;
        OutputFile.require(out, List.of(model), force);
        try {
            Model.Stored stored = ModelFile.find(model, which).stored();
            WeightLayout layout = net == null ? Exporter.usual(stored.card(), chosen) : WeightLayouts.named(net);
            Exporter.write(out, stored, layout, chosen);
            say(stored, layout, chosen);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        return 0;
    }

    private static String endings() {
        List<String> endings = Arrays.stream(Exporter.Format.values()).flatMap(one -> one.extensions().stream())
                .toList();
        return String.join(", ", endings);
    }

    private void say(Model.Stored stored, WeightLayout layout, Exporter.Format chosen) throws IOException {
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("file", out.toString());
            object.put("format", ModelCardPrinter.spelled(chosen));
            object.put("names", layout.key());
            object.put("bytes", Files.size(out));
            object.put("card", ModelCardPrinter.object(stored.card()));
            terminal.out().println(Json.of(object));
            return;
        }
        ModelCardPrinter.lines(stored.card()).forEach(terminal.out()::println);
        AlexNet network = stored.card().network();
        if (chosen == Exporter.Format.PYTORCH && network.dropout() > 0
                && network.dropoutScaling() == DropoutScaling.AT_TEST) {
            terminal.err().println("warning: at test time this network multiplies the outputs of fc6 and fc7 by "
                    + (1 - network.dropout())
                    + ", which a .pth does not state and PyTorch's Dropout does not do; an .onnx does both");
        }
        if (chosen == Exporter.Format.PYTORCH && stored.card().preprocessing().meanImage().isPresent()) {
            terminal.err().println("warning: a .pth has no place for the mean image that this model subtracts; a"
                    + " .safetensors has");
        }
        terminal.out().println("exported: " + out + " (" + Text.bytes(Files.size(out)) + ", names of " + layout.key()
                + ")");
    }
}
