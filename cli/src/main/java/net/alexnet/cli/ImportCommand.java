package net.alexnet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import module java.base;
import net.alexnet.inference.ImageNet;
import net.alexnet.interop.ClassList;
import net.alexnet.interop.ImportOptions;
import net.alexnet.interop.ImportResult;
import net.alexnet.interop.Importer;
import net.alexnet.interop.WeightLayout;
import net.alexnet.interop.caffe.CaffeFile;
import net.alexnet.io.WeightFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet import`.
@Command(name = "import", description = "Make a model file of weights that were trained elsewhere.", footer = {
    "", "Examples:",
    "  ./alexnet import alexnet-owt-7be5be79.pth --net torchvision alexnet.safetensors",
    "  ./alexnet import bvlc_reference_caffenet.caffemodel --net caffenet \\",
    "      --mean imagenet_mean.binaryproto caffenet.safetensors",
    "  ./alexnet import mine.pth --net torchvision --classes names.txt --mean 0 --scale 0.0078 \\",
    "      mine.safetensors",
    "  ./alexnet import alexnet.pth --net torchvision --only 'conv*' --classes names.txt \\",
    "      start.safetensors"})
final class ImportCommand extends BaseCommand {
    private static final Pattern NUMBERS = Pattern.compile("[-+0-9.eE, ]+");

    @Parameters(index = "0", paramLabel = "FILE", description = "The weights: .pth or .pt of PyTorch, .caffemodel, .onnx, .keras or .h5 of Keras, or .safetensors.")
    private Path file = Path.of("");

    @Parameters(index = "1", paramLabel = "OUT", description = "The model file to write, a .safetensors.")
    private Path out = Path.of("");

    @Option(names = "--net", paramLabel = "LAYOUT", description = "Whose tensor names the file has: torchvision, caffe (bvlc_alexnet), caffenet (Caffe's reference model), onnx-zoo"
            + " (bvlcalexnet), keras or paper (this program). Default: what the file states, else what its names tell.")
    private @Nullable String net;

    @Option(names = "--classes", paramLabel = "FILE", description = "The classes in the order of the outputs, one a line: a name, a wnid such as n01440764, or both. Default: what the"
            + " file states; for 1,000 classes, ImageNet's.")
    private @Nullable Path classes;

    @Option(names = "--order", paramLabel = "sorted|devkit", description = "The order of ImageNet's classes in the file: by wnid (tench first) or by ILSVRC2012_ID (kit fox first). Default:"
            + " sorted; required with --net paper.")
    private ImageNet.@Nullable Order order;

    @Option(names = "--mean", paramLabel = "R,G,B|FILE", description = "What is subtracted from every pixel: three numbers, red first, or one for all, in units of 0 to 255; or a mean"
            + " image, Caffe's .binaryproto. Default: what the file states, else what is usual for --net.")
    private @Nullable String mean;

    @Option(names = "--scale", paramLabel = "S|R,G,B", description = "The factor after the subtraction; (x/255 - mean)/std of torchvision is --scale 1/(255*std). Default: what the file"
            + " states, else what is usual for --net.")
    private @Nullable String scale;

    @Option(names = "--only", paramLabel = "LAYERS", description = "Take only these layers, such as 'conv*' or conv1,conv2, and initialize the others as for training. Can be repeated.")
    private List<String> only = List.of();

    @Option(names = "--force", description = "Replace OUT if it exists.")
    private boolean force;

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Layer(String name, List<Integer> weight, boolean initialized, @Nullable String tensor) {}

    private record Report(String model, Object card, List<Layer> layers) {}

    @Override
    public Integer call() throws IOException {
        requireWritable("", out, List.of(file), force);
        if (!String.valueOf(out.getFileName()).endsWith(".safetensors")) {
            throw new IllegalArgumentException("OUT must be a .safetensors, found " + out);
        }
        try (WeightFile weights = Importer.open(file)) {
            ImportResult imported = Importer.read(weights, options(weights));
            imported.write(out);
            print(new Report(out.toString(), ModelCardPrinter.json(imported.card()), imported.layers().stream()
                    .map(one -> new Layer(one.layer(), one.weight().dims(), one.tensor().isEmpty(),
                            one.tensor().orElse(null)))
                    .toList()), lines(imported));
        }
        return 0;
    }

    private ImportOptions options(WeightFile weights) throws IOException {
        ImportOptions options = ImportOptions.of(net == null ? Importer.layout(weights) : WeightLayout.named(net));
        if (classes != null) {
            options.classes(ClassList.read(classes));
        }
        if (order != null) {
            options.order(order);
        }
        if (mean != null && NUMBERS.matcher(mean).matches()) {
            options.mean(numbers("--mean", mean, 0, 255));
        } else if (mean != null) {
            options.mean(CaffeFile.meanImage(Path.of(mean)));
        }
        if (scale != null) {
            options.scale(numbers("--scale", scale, Double.MIN_VALUE, Double.MAX_VALUE));
        }
        return only.isEmpty() ? options : options.only(only);
    }

    private static List<Double> numbers(String option, String text, double least, double most) {
        try {
            List<Double> numbers = Arrays.stream(text.split(",", -1)).map(String::strip).map(Double::valueOf).toList();
            if ((numbers.size() == 1 || numbers.size() == 3)
                    && numbers.stream().allMatch(number -> number >= least && number <= most)) {
                return numbers;
            }
        } catch (NumberFormatException e) {
            // answered below
        }
        throw new IllegalArgumentException(option + " must be one number, or three with commas between them, each "
                + (least == 0 ? "0 to 255" : "above 0") + "; found '" + text + "'");
    }

    private List<String> lines(ImportResult imported) throws IOException {
        List<String> lines = new ArrayList<>();
        imported.layers().forEach(layer -> lines.add(String.format(Locale.ROOT, "%-6s %-18s %s", layer.layer(),
                layer.weight(), layer.tensor().orElse("initialized ("
                        + ModelCardPrinter.spelled(imported.card().network().initialization()) + ")"))));
        lines.addAll(ModelCardPrinter.lines(imported.card()));
        lines.add("model: " + out + " (" + Text.bytes(Files.size(out)) + ")");
        // Layers that the file does not have start at random, so the model classifies nothing yet.
        lines.add(imported.layers().stream().allMatch(layer -> layer.tensor().isPresent())
                ? "use it: ./alexnet classify " + out + " PICTURE"
                : "use it: ./alexnet finetune " + out + " --data PICTURES");
        return lines;
    }
}
