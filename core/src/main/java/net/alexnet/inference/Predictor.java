package net.alexnet.inference;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.Normalizer;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Tensor;

/// Says what is on pictures.
///
/// @param model with its card
/// @param views where it looks
public record Predictor(Model model, Views views) {
    /// Looks at the middle of pictures.
    public Predictor(Model model) {
        this(model, Views.CENTER);
    }

    /// A guess.
    ///
    /// @param name of a class
    /// @param probability that the picture is of it, 0 to 1
    public record ClassProbability(@JsonProperty("class") String name, float probability) {}

    /// Classifies pictures by the mean over the views.
    ///
    /// @param squares of the preprocessing's `resize` side and channels, at least one
    /// @param top how many classes to name for each, at most
    /// @return for each picture its most probable classes, best first
    public List<List<ClassProbability>> classify(List<Image> squares, int top) {
        Preprocessing preprocessing = model.card().preprocessing();
        Normalizer writer = new Normalizer(preprocessing);
        int inputs = squares.size() * views.count();
        Backend backend = model.network().backend();
        try (Arena arena = Arena.ofConfined();
                Scope _ = backend.scope()) {
            MemorySegment pixels = arena.allocate((long) inputs * writer.valuesPerView() * Float.BYTES, Float.BYTES);
            int slot = 0;
            for (Image square : squares) {
                for (Crop view : views.of(preprocessing)) {
                    writer.write(square, view, pixels, slot++);
                }
            }
            Tensor input = backend.uploadImages(
                    pixels, inputs, preprocessing.crop(), preprocessing.crop(), preprocessing.channels());
            float[] rows = backend.download(model.network().probabilities(input));
            return named(ViewProbabilities.of(rows, views, model.card().classes().size()).mean(), top);
        }
    }

    private List<List<ClassProbability>> named(float[] probabilities, int top) {
        List<String> classes = model.card().classes();
        List<List<ClassProbability>> named = new ArrayList<>();
        for (int offset = 0; offset < probabilities.length; offset += classes.size()) {
            List<ClassProbability> best = new ArrayList<>();
            for (int label : TopK.best(probabilities, offset, classes.size(), top)) {
                best.add(new ClassProbability(classes.get(label), probabilities[offset + label]));
            }
            named.add(best);
        }
        return named;
    }
}
