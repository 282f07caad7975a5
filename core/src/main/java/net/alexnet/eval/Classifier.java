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
public record Classifier(Model model) {
    /// A guess.
    ///
    /// @param name of a class
    /// @param probability that the picture is of it, 0 to 1
    public record Prediction(@JsonProperty("class") String name, float probability) {}

    /// Classifies pictures by their middle.
    ///
    /// @param squares of the preprocessing's `resize` side and channels, at least one
    /// @param top how many classes to name for each, at most
    /// @return for each picture its most probable classes, best first
    public List<List<Prediction>> classify(List<Picture> squares, int top) {
        Preprocessing preprocessing = model.card().preprocessing();
        PixelWriter writer = new PixelWriter(preprocessing);
        View view = View.center(preprocessing.resize(), preprocessing.crop());
        Backend backend = model.network().backend();
        try (Arena arena = Arena.ofConfined();
                Scope _ = backend.scope()) {
            MemorySegment pixels = arena.allocate((long) squares.size() * writer.valuesPerView() * Float.BYTES,
                    Float.BYTES);
            for (int i = 0; i < squares.size(); i++) {
                writer.write(squares.get(i), view, pixels, i);
            }
            Tensor input = backend.uploadPictures(
                    pixels, squares.size(), preprocessing.crop(), preprocessing.crop(), preprocessing.channels());
            return named(backend.download(model.network().probabilities(input)), squares.size(), top);
        }
    }

    private List<List<Prediction>> named(float[] probabilities, int pictures, int top) {
        List<String> classes = model.card().classes();
        List<List<Prediction>> named = new ArrayList<>();
        for (int i = 0; i < pictures; i++) {
            int offset = i * classes.size();
            named.add(Ranking.best(probabilities, offset, classes.size(), top).stream()
                    .map(c -> new Prediction(classes.get(c), probabilities[offset + c]))
                    .toList());
        }
        return named;
    }
}
