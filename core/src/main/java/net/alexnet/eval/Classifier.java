package net.alexnet.eval;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import net.alexnet.image.Picture;
import net.alexnet.image.PixelWriter;
import net.alexnet.image.Preprocessing;
import net.alexnet.image.View;
import net.alexnet.model.Model;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Tensor;

/// Says what is on pictures.
///
/// @param model with its card
/// @param views where it looks
public record Classifier(Model model, Views views) {
    /// Looks at the middle of pictures.
    public Classifier(Model model) {
        this(model, Views.CENTER);
    }

    /// A guess.
    ///
    /// @param name of a class
    /// @param probability that the picture is of it, 0 to 1
    public record Prediction(@JsonProperty("class") String name, float probability) {}

    /// Classifies pictures by the mean over the views.
    ///
    /// @param squares of the preprocessing's `resize` side and channels, at least one
    /// @param top how many classes to name for each, at most
    /// @return for each picture its most probable classes, best first
    public List<List<Prediction>> classify(List<Picture> squares, int top) {
        Preprocessing preprocessing = model.card().preprocessing();
        PixelWriter writer = new PixelWriter(preprocessing);
        int inputs = squares.size() * views.count();
        Backend backend = model.network().backend();
        try (Arena arena = Arena.ofConfined();
                Scope _ = backend.scope()) {
            MemorySegment pixels = arena.allocate((long) inputs * writer.valuesPerView() * Float.BYTES, Float.BYTES);
            int slot = 0;
            for (Picture square : squares) {
                for (View view : views.of(preprocessing)) {
                    writer.write(square, view, pixels, slot++);
                }
            }
            Tensor input = backend.uploadPictures(
                    pixels, inputs, preprocessing.crop(), preprocessing.crop(), preprocessing.channels());
            float[] rows = backend.download(model.network().probabilities(input));
            return named(ViewProbabilities.of(rows, views, model.card().classes().size()).mean(), top);
        }
    }

    private List<List<Prediction>> named(float[] probabilities, int top) {
        List<String> classes = model.card().classes();
        List<List<Prediction>> named = new ArrayList<>();
        for (int offset = 0; offset < probabilities.length; offset += classes.size()) {
            List<Prediction> best = new ArrayList<>();
            for (int label : Ranking.best(probabilities, offset, classes.size(), top)) {
                best.add(new Prediction(classes.get(label), probabilities[offset + label]));
            }
            named.add(best);
        }
        return named;
    }
}
