package net.alexnet.inference;

import module java.base;

/// A network's prediction for one picture.
///
/// @param name of the image in its dataset
/// @param label its true class
/// @param labelProbability of the true class, 0 to 1
/// @param best the five most probable classes, or all where there are fewer, best first
public record Prediction(String name, int label, float labelProbability, List<Score> best) {
    /// The most classes that a prediction names.
    public static final int TOP = 5;

    public Prediction {
        best = List.copyOf(best);
    }

    /// A class and its probability.
    ///
    /// @param probability 0 to 1
    public record Score(int label, float probability) {}

    /// Receives the predictions of an evaluation, in the order of the images.
    @FunctionalInterface
    public interface Consumer {
        /// Ignores them.
        Consumer NONE = _ -> {};

        void accept(Prediction prediction) throws IOException;
    }
}
