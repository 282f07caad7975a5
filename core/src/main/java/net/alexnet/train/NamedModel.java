package net.alexnet.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.alexnet.inference.Model;
import net.alexnet.io.Texts;
import net.alexnet.tensor.Backend;
import org.jspecify.annotations.Nullable;

/// A model, and the path by which the user named it.
///
/// @param metadata of its file
public record NamedModel(Path path, Model model, Map<String, String> metadata) {
    private static final int SHOWN = 5;

    /// Opens models to be averaged.
    ///
    /// @throws IOException if one cannot be opened, or they do not have the same classes and channels
    public static List<NamedModel> open(List<Path> paths, ModelFile.@Nullable Which which, Backend backend)
            throws IOException {
        List<NamedModel> opened = new ArrayList<>();
        for (Path path : paths) {
            ModelFile file = ModelFile.find(path, which);
            NamedModel one = new NamedModel(path, file.open(backend), file.stored().weights().metadata());
            opened.add(one);
            opened.getFirst().requireFits(one);
        }
        return List.copyOf(opened);
    }

    /// The names of its classes.
    public List<String> classes() {
        return model.card().classes();
    }

    private void requireFits(NamedModel other) throws IOException {
        int channels = model.card().preprocessing().channels();
        int others = other.model.card().preprocessing().channels();
        if (channels != others) {
            throw new IOException("the models cannot be averaged: " + path + " reads pictures of " + channels
                    + " channels, " + other.path + " of " + others + ". Evaluate them one by one");
        }
        if (!classes().equals(other.classes())) {
            throw new IOException("the models cannot be averaged, for their classes are not the same: "
                    + difference(other) + ". Evaluate them one by one");
        }
    }

    private String difference(NamedModel other) {
        List<String> here = new ArrayList<>(classes());
        here.removeAll(other.classes());
        List<String> there = new ArrayList<>(other.classes());
        there.removeAll(classes());
        if (here.isEmpty() && there.isEmpty()) {
            return path + " and " + other.path + " have them in another order";
        }
        List<String> parts = new ArrayList<>();
        if (!here.isEmpty()) {
            parts.add("only " + path + " has " + listed(here));
        }
        if (!there.isEmpty()) {
            parts.add("only " + other.path + " has " + listed(there));
        }
        return String.join("; ", parts);
    }

    private static String listed(List<String> names) {
        return Texts.listed(names, SHOWN);
    }
}
