package net.alexnet.cli;

import module java.base;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.DidYouMean;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.MemoryPlan;
import net.alexnet.tensor.EngineMemory;
import net.alexnet.train.ModelFile;
import net.alexnet.train.RunFolder;
import net.alexnet.train.TrainingRun;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.Recipes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The options that name a network and a batch, for commands that need no pictures.
final class NetworkChoice {
    private static final int BATCH = 128; // of a network that no recipe trains

    @Parameters(paramLabel = "NETWORK", defaultValue = "paper", description = "paper, original, caffe, caffenet, torchvision or small; a recipe's name or YAML file; a model file, or the name"
            + " of a pulled one; or a run's folder. Default: ${DEFAULT-VALUE}.")
    private String name = "paper";

    @Option(names = "--batch", paramLabel = "N", description = "Pictures in a step. Default: those of the recipe or the run, else 128.")
    private @Nullable Integer batch;

    @Option(names = "--classes", paramLabel = "N", description = "Another number of classes.")
    private @Nullable Integer classes;

    /// A network.
    ///
    /// @param card of its model file, if it comes from one
    /// @param batch pictures in a step
    /// @param microBatch how many of them are computed at a time
    record Chosen(AlexNet network, Optional<ModelCard> card, int batch, int microBatch) {
        private Chosen(AlexNet network, Optional<ModelCard> card) {
            this(network, card, BATCH, BATCH);
        }

        private Chosen(Recipe recipe) {
            this(recipe.network(), Optional.empty(), recipe.batch(), recipe.picturesAtOnce());
        }

        /// The same with the micro-batch as the whole batch.
        Chosen atOnce() {
            return new Chosen(network, card, microBatch, microBatch);
        }

        Chosen withMicroBatch(int pictures) {
            return new Chosen(network, card, batch, pictures);
        }
    }

    /// The network that is named.
    ///
    /// @throws IllegalArgumentException if there is none of that name; the message names the nearest
    Chosen open() throws IOException {
        if (classes != null) {
            BaseCommand.within("--classes", classes, 2, Integer.MAX_VALUE);
        }
        if (batch != null) {
            BaseCommand.within("--batch", batch, 1, Integer.MAX_VALUE);
        }
        Chosen chosen = named();
        return new Chosen(classes == null ? chosen.network : chosen.network.withClasses(classes), chosen.card,
                batch == null ? chosen.batch : batch, batch == null ? chosen.microBatch : batch);
    }

    private Chosen named() throws IOException {
        List<AlexNet.Variant> variants = List.of(AlexNet.Variant.values());
        Path path = Path.of(name);
        for (AlexNet.Variant variant : variants) {
            if (ModelCardPrinter.spelled(variant).equals(name)) {
                return new Chosen(AlexNet.of(variant), Optional.empty());
            }
        }
        if (Recipes.NAMES.contains(name) || (Files.isRegularFile(path) && name.matches(".*\\.ya?ml"))) {
            return new Chosen(Recipes.read(name, Map.of()));
        }
        if (Files.isDirectory(path)) {
            return new Chosen(RunFolder.open(path).recipe());
        }
        if (Files.exists(path) || ModelFile.isImportable(path)) {
            ModelCard card = ModelFile.find(path, ModelFile.Which.LAST).stored().card();
            return new Chosen(card.network(), Optional.of(card));
        }
        List<String> known = Stream.concat(variants.stream().map(ModelCardPrinter::spelled), Recipes.NAMES.stream())
                .distinct().sorted().toList();
        throw new IllegalArgumentException("there is no network, recipe or run '" + name + "'; "
                + DidYouMean.to(name, known).map(near -> "did you mean '" + near + "'? ").orElse("") + "Known: "
                + String.join(", ", known));
    }

    /// The bytes of a training step by what they are for, and their `total`.
    static Map<String, Long> memory(Chosen chosen, int threads, EngineMemory engine) {
        MemoryPlan plan = MemoryPlan.of(chosen.network.architecture(), chosen.batch, chosen.microBatch,
                TrainingRun.INPUTS, threads, engine);
        Map<String, Long> bytes = new LinkedHashMap<>();
        bytes.put("parameters", plan.parameters());
        bytes.put("gradients", plan.gradients());
        bytes.put("momentum", plan.momentum());
        bytes.put("input", plan.input());
        bytes.put("activations", plan.activations());
        bytes.put("workspace", plan.workspace());
        bytes.put("total", plan.total());
        return bytes;
    }
}
