package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.interop.PulledModels;
import net.alexnet.interop.WeightFormat;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import net.alexnet.train.ModelFile;
import net.alexnet.train.RunFolder;
import net.alexnet.train.config.DidYouMean;
import net.alexnet.train.config.Recipes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The options that say which network is looked at, and with how many pictures; mixed into the commands that need no
/// pictures and no weights.
final class NetworkChoice {
    @Parameters(paramLabel = "NETWORK", defaultValue = "paper", description = "paper, original, caffe, caffenet, torchvision or small; a recipe's name or file; a model file, or the name of one that was pulled; or a run's folder. Default:"
            + " ${DEFAULT-VALUE}.")
    private String name = "paper";

    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Pictures in a step. Default: ${DEFAULT-VALUE}.")
    private int batch = 128;

    @Option(names = "--classes", paramLabel = "N", description = "Another number of classes.")
    private @Nullable Integer classes;

    /// What a model file says of itself; nothing if the network was named otherwise.
    ///
    /// @throws IOException if it cannot be read
    Optional<ModelCard> card() throws IOException {
        Path path = Path.of(name);
        if (Files.isRegularFile(path)) {
            return isWeights(path)
                    ? Optional.of(ModelFile.find(path, ModelFile.Which.RESULT).stored().card())
                    : Optional.empty();
        }
        boolean known = Files.exists(path) || tables().contains(name) || Recipes.NAMES.contains(name);
        Optional<Path> pulled = known ? Optional.empty() : PulledModels.ofUser().named(path);
        return pulled.isPresent() ? Optional.of(Model.cardOf(pulled.get())) : Optional.empty();
    }

    private static boolean isWeights(Path file) {
        try {
            String name = file.toString();
            // A text may begin as Caffe's files do, with an empty line.
            return name.endsWith(".safetensors") || name.endsWith(".caffemodel")
                    || WeightFormat.of(file) != WeightFormat.CAFFE;
        } catch (WeightFileException e) {
            return false; // a recipe
        }
    }

    private static List<String> tables() {
        return Arrays.stream(AlexNet.Variant.values()).map(ModelCardPrinter::spelled).toList();
    }

    /// Pictures in a step.
    ///
    /// @throws UsageException if there are none
    int batch() {
        if (batch < 1) {
            throw new UsageException("--batch must be at least 1, found " + batch);
        }
        return batch;
    }

    /// The network.
    ///
    /// @throws UsageException if there is none of that name; it names the nearest
    AlexNet network() throws IOException {
        if (classes != null && classes < 2) {
            throw new UsageException("--classes must be at least 2, found " + classes);
        }
        AlexNet network = named();
        return classes == null ? network : network.withClasses(classes);
    }

    private AlexNet named() throws IOException {
        Optional<AlexNet.Variant> table = Arrays.stream(AlexNet.Variant.values())
                .filter(one -> ModelCardPrinter.spelled(one).equals(name))
                .findFirst();
        if (table.isPresent()) {
            return AlexNet.of(table.get());
        }
        Optional<ModelCard> card = card();
        if (card.isPresent()) {
            return card.get().network();
        }
        if (Files.isDirectory(Path.of(name))) {
            return RunFolder.open(Path.of(name)).recipe().network();
        }
        if (Recipes.NAMES.contains(name) || Files.isRegularFile(Path.of(name))) {
            return Recipes.read(name, Map.of()).network();
        }
        List<String> known = Stream.concat(tables().stream(), Recipes.NAMES.stream()).distinct().sorted().toList();
        throw new UsageException("there is no network, recipe or run '" + name + "'; "
                + DidYouMean.to(name, known).map(near -> "did you mean '" + near + "'? ").orElse("") + "Known: "
                + String.join(", ", known));
    }
}
