package net.alexnet.inference;

import java.util.List;
import net.alexnet.data.image.Image;

/// Names the most probable classes of images.
final class TopClasses {
    private TopClasses() {}

    record ClassProbability(String name, float probability) {}

    /// @param top how many classes of each image, most probable first
    static List<List<ClassProbability>> of(Predictor predictor, List<Image> images, int top) {
        List<String> classes = predictor.model().card().classes();
        return predictor.probabilities(images).stream()
                .map(row -> TopK.best(row, 0, classes.size(), top).stream()
                        .map(label -> new ClassProbability(classes.get(label), row[label])).toList())
                .toList();
    }
}
