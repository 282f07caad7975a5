package net.alexnet.inference;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.Normalizer;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.ResizeAndCenterCrop;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Tensor;

/// Classifies images of any size: each is resized and cropped as the model was trained. Several
/// threads may use it; they prepare images at the same time, and the model's backend computes for
/// one of them at a time.
///
/// @param model with its card
/// @param views whose probabilities are averaged
/// @param codec resizes
public record Predictor(Model model, Views views, ImageCodec codec) {
    /// A class and its probability, 0 to 1.
    public record ClassProbability(@JsonProperty("class") String name, float probability) {}

    /// Classifies images.
    ///
    /// @param images of any size, gray or in color, at least one
    /// @param top the number of classes to name for each at most
    /// @return for each image its most probable classes, most probable first
    public List<List<ClassProbability>> classify(List<Image> images, int top) {
        Preprocessing preprocessing = model.card().preprocessing();
        Normalizer normalizer = new Normalizer(preprocessing);
        int inputs = images.size() * views.count();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pixels = arena.allocate((long) inputs * normalizer.valuesPerView() * Float.BYTES,
                    Float.BYTES);
            int slot = 0;
            for (Image image : images) {
                Image resized = ResizeAndCenterCrop.middle(image.withChannels(preprocessing.channels()),
                        preprocessing.resize(), codec);
                for (Crop crop : views.of(preprocessing)) {
                    normalizer.write(resized, crop, pixels, slot++);
                }
            }
            float[] rows = probabilities(pixels, inputs, preprocessing);
            return named(ViewProbabilities.of(rows, views, model.card().classes().size()).mean(), top);
        }
    }

    private float[] probabilities(MemorySegment pixels, int inputs, Preprocessing preprocessing) {
        Backend backend = model.network().backend();
        synchronized (backend) {
            try (Scope _ = backend.scope()) {
                Tensor input = backend.uploadImages(
                        pixels, inputs, preprocessing.crop(), preprocessing.crop(), preprocessing.channels());
                return backend.download(model.network().probabilities(input));
            }
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
