package net.alexnet.train;

import module java.base;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.Texts;
import net.alexnet.tensor.Backend;
import net.alexnet.train.config.Recipe;

/// A model, and the path by which the user named it.
///
/// @param metadata of its file
public record NamedModel(Path path, Model model, Map<String, String> metadata) {
    private static final int SHOWN = 5;

    /// Opens models to be averaged.
    ///
    /// @throws IOException if one cannot be opened, or they do not have the same classes and channels
    /// @throws IllegalArgumentException if a layer of one has no trained weights
    public static List<NamedModel> open(List<Path> paths, ModelFile.Which which, Backend backend) throws IOException {
        List<NamedModel> opened = new ArrayList<>();
        for (Path path : paths) {
            ModelFile file = ModelFile.find(path, which);
            ModelCard card = file.stored().card();
            card.requireTrained(card.network().architecture().rows().size());
            opened.add(new NamedModel(path, file.open(backend), file.stored().weights().metadata()));
            opened.getFirst().requireFits(opened.getLast());
        }
        return List.copyOf(opened);
    }

    /// The names of its classes.
    public List<String> classes() {
        return model.card().classes();
    }

    /// What it does to pictures.
    Preprocessing preprocessing() {
        return model.card().preprocessing();
    }

    /// Whether its run had no validation pictures; false if its file does not say. The file has a hash of them.
    public boolean heldOutNone() {
        return TrainingRun.wasValidatedOn(metadata, new ImageDataset(classes(), List.of())).orElse(false);
    }

    /// The recipe of its run; empty for a model file or a published model, which are no run's.
    Optional<Recipe> recipe() throws IOException {
        return Files.exists(path) && !ModelFile.isFile(path)
                ? Optional.of(RunCheckpoint.run(path).recipe())
                : Optional.empty();
    }

    private void requireFits(NamedModel other) throws IOException {
        int channels = preprocessing().channels();
        int others = other.preprocessing().channels();
        if (channels != others) {
            throw new IOException("the models cannot be averaged: " + path + " reads pictures of " + channels
                    + " channels, " + other.path + " of " + others + ". Evaluate them one by one");
        }
        if (!classes().equals(other.classes())) {
            List<String> parts = new ArrayList<>();
            addDifference(parts, this, other);
            addDifference(parts, other, this);
            throw new IOException("the models cannot be averaged, for their classes are not the same: "
                    + (parts.isEmpty()
                            ? path + " and " + other.path + " have them in another order"
                            : String.join("; ", parts))
                    + ". Evaluate them one by one");
        }
    }

    private static void addDifference(List<String> parts, NamedModel one, NamedModel other) {
        List<String> own = new ArrayList<>(one.classes());
        own.removeAll(other.classes());
        if (!own.isEmpty()) {
            parts.add("only " + one.path + " has " + Texts.listed(own, SHOWN));
        }
    }
}
