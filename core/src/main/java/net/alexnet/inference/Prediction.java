package net.alexnet.inference;

import java.io.IOException;
import java.util.List;

/// What is said of one picture.
///
/// @param name the picture's, as its set calls it
/// @param label its true class
/// @param guesses the five most probable classes, or all where there are fewer, best first
public record Prediction(String name, int label, List<Guess> guesses) {
    /// How many guesses there are at most.
    public static final int TOP = 5;

    public Prediction {
        guesses = List.copyOf(guesses);
    }

    /// A class that the picture may be of.
    ///
    /// @param probability 0 to 1
    public record Guess(int label, float probability) {}

    /// Takes the answers of an evaluation, in the order of the pictures.
    @FunctionalInterface
    public interface Taker {
        /// For who wants the counts alone.
        Taker NONE = _ -> {};

        void take(Prediction answer) throws IOException;
    }
}
