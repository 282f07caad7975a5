package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import net.alexnet.inference.ImageNet;
import net.alexnet.interop.ClassList;
import net.alexnet.interop.ImportException;
import net.alexnet.interop.ImportOptions;
import net.alexnet.interop.ImportResult;
import net.alexnet.interop.Importer;
import net.alexnet.interop.LayerFilter;
import net.alexnet.interop.WeightLayout;
import net.alexnet.io.WeightFile;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Layer.DropoutScaling;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet import`.
@Command(name = "import", mixinStandardHelpOptions = true, description = "Makes a model file of weights that were trained elsewhere.", footer = {
    "", "Examples:",
    "  ./alexnet import alexnet-owt-7be5be79.pth --net torchvision alexnet.safetensors",
    "  ./alexnet import bvlc_reference_caffenet.caffemodel --net caffenet --mean imagenet_mean.binaryproto \\",
    "      caffenet.safetensors",
    "  ./alexnet import mine.pth --net torchvision --classes names.txt --mean 0,0,0 --scale 0.0078 mine.safetensors",
    "  ./alexnet import alexnet.pth --net torchvision --only 'conv*' --classes names.txt start.safetensors"})
final class ImportCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "FILE", description = "The weights: .pth or .pt of PyTorch, .caffemodel, .onnx or .safetensors.")
    private Path file = Path.of("");

    @Parameters(index = "1", paramLabel = "OUT", description = "The model file to write, a .safetensors.")
    private Path out = Path.of("");

    @Option(names = "--net", paramLabel = "LAYOUT", description = "Whose names the tensors have: torchvision, caffe (bvlc_alexnet), caffenet (Caffe's reference model), onnx-zoo (bvlcalexnet) or paper (this program's own). Default: what the file says of itself, else what the names tell, if they tell one.")
    private @Nullable String net;

    @Option(names = "--table", paramLabel = "TABLE", description = "With --net paper, the network: paper, original, caffe, caffenet, torchvision or small. Default: what the file says of itself, else paper.")
    private AlexNet.@Nullable Variant table;

    @Option(names = "--classes", paramLabel = "FILE|imagenet", description = "The classes in the order of the outputs, one a line: a name, a wnid such as n01440764, or both. Default: what the file says of itself; for 1,000 classes, ImageNet's.")
    private @Nullable String classes;

    @Option(names = "--order", paramLabel = "sorted|devkit", description = "In which order the file has ImageNet's classes: by wnid (tench first) or by ILSVRC2012_ID (kit fox first). Default: sorted, but for --net paper, where it must be said.")
    private ImageNet.@Nullable Order order;

    @Mixin
    private ImageOptions pictures = new ImageOptions();

    @Option(names = "--dropout", paramLabel = "inverted|2012", description = "How the weights were trained with dropout: inverted, as PyTorch and Caffe do it, or as in 2012, with all outputs multiplied by 1 - rate at test time. Default: what the file says of itself, else the table's.")
    private @Nullable String dropout;

    @Option(names = "--only", paramLabel = "LAYERS", description = "Takes these layers alone, such as 'conv*' or conv1,conv2; may be given again. The others are initialised as the network is for training.")
    private List<String> only = List.of();

    @Option(names = "--seed", paramLabel = "N", description = "With --only, of the layers that are initialised. Default: 1.")
    private @Nullable Long seed;

    @Option(names = "--license", paramLabel = "TEXT", description = "Under which the weights are given away; written down in the model file.")
    private @Nullable String license;

    @Option(names = "--address", paramLabel = "URL", description = "Where the weights are to be had; written down in the model file.")
    private @Nullable String address;

    @Option(names = "--force", description = "Replace OUT if it exists.")
    private boolean force;

    @Option(names = "--json", description = "One JSON object on standard output, and nothing else there.")
    private boolean json;

    ImportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        OutputFile.require(out, List.of(file), force);
        if (!String.valueOf(out.getFileName()).endsWith(".safetensors")) {
            throw new UsageException("OUT must be a .safetensors, found " + out);
        }
        try (WeightFile weights = Importer.open(file)) {
            ImportResult imported = Importer.read(weights, options(weights));
            imported.write(out);
            if (json) {
                terminal.out().println(Json.of(ModelCardPrinter.object(out, imported)));
            } else {
                say(imported);
            }
            return 0;
        } catch (ImportException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private ImportOptions options(WeightFile weights) throws IOException {
        ImportOptions options = ImportOptions.of(layout(weights)).withPictures(pictures.pictures());
        if (table != null) {
            if (options.layout() != WeightLayout.PAPER && options.layout().table() != table) {
                throw new UsageException("--table is for --net paper; " + options.layout().key()
                        + " names one network only");
            }
            options = options.withTable(table);
        }
        if (classes != null && !classes.equals("imagenet")) {
            options = options.withClasses(ClassList.read(Path.of(classes)));
        }
        WeightLayout layout = options.layout();
        Optional<ImageNet.Order> wanted = Optional.ofNullable(order)
                .or(() -> "imagenet".equals(classes) ? usualOrder(layout) : Optional.empty());
        if (wanted.isPresent()) {
            options = options.withOrder(wanted.get());
        }
        if (dropout != null) {
            options = options.withDropout(switch (dropout) {
                case "inverted" -> DropoutScaling.AT_TRAINING;
                case "2012" -> DropoutScaling.AT_TEST;
                default -> throw new UsageException("--dropout must be inverted or 2012, found '" + dropout + "'");
            });
        }
        if (!only.isEmpty()) {
            options = options.withOnly(LayerFilter.of(only), seed());
        } else if (seed != null) {
            throw new UsageException(
                    "--seed is of layers that are initialised, and without --only none are: all come from"
                            + " FILE; leave it away, or name the layers to take with --only");
        }
        return options.withSource(new ImportOptions.Source(
                Optional.ofNullable(license), Optional.ofNullable(address), Optional.empty()));
    }

    private long seed() {
        return seed == null ? 1 : seed;
    }

    private static Optional<ImageNet.Order> usualOrder(WeightLayout layout) {
        return Optional.of(layout.order().orElseThrow(() -> new UsageException(
                "--classes imagenet needs --order sorted (by wnid, tench first) or --order devkit (by ILSVRC2012_ID, kit"
                        + " fox first) with --net paper")));
    }

    private WeightLayout layout(WeightFile weights) throws IOException {
        return net == null ? Importer.layout(weights) : WeightLayouts.named(net);
    }

    private void say(ImportResult imported) throws IOException {
        for (ImportResult.LayerOrigin layer : imported.layers()) {
            terminal.out().println(String.format(Locale.ROOT, "%-6s %-18s %s", layer.layer(), layer.weight(),
                    layer.tensor()
                            .orElse("initialised ("
                                    + ModelCardPrinter.spelled(imported.card().network().initialization())
                                    + ", seed " + seed() + ")")));
        }
        ModelCardPrinter.lines(imported.card()).forEach(terminal.out()::println);
        terminal.out().println("model: " + out + " (" + Text.bytes(Files.size(out)) + ")");
        terminal.out().println("use it: ./alexnet classify " + out + " PICTURE");
    }
}
