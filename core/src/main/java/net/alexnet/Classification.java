package net.alexnet;

import java.util.List;
import java.util.OptionalDouble;
import net.alexnet.inference.TopK;

/// What a network says of one picture: a probability for each of its classes.
public final class Classification {
    private final List<String> labels;
    private final float[] probabilities;
    private final OptionalDouble unsureBelow;

    /// A class and its probability.
    ///
    /// @param label the name of the class
    /// @param probability from 0 to 1
    public record Guess(String label, float probability) {}

    /// @param probabilities one for each label; not copied
    /// @param unsureBelow the model's threshold, if it has one
    Classification(List<String> labels, float[] probabilities, OptionalDouble unsureBelow) {
        this.unsureBelow = unsureBelow;
        this.labels = labels;
        this.probabilities = probabilities;
    }

    /// The most probable class. Of equally probable ones, the first in the model's order.
    public Guess best() {
        return top(1).getFirst();
    }

    /// The most probable classes, best first.
    ///
    /// @param count how many, at least 1; fewer are returned if the model has fewer classes
    public List<Guess> top(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count must be at least 1, found " + count);
        }
        return TopK.best(probabilities, 0, labels.size(), count).stream()
                .map(index -> new Guess(labels.get(index), probabilities[index]))
                .toList();
    }

    /// Whether the picture may show none of the classes: the most probable class is less probable than
    /// [ImageClassifier#unsureBelow()]. False if the model has no such threshold.
    public boolean unsure() {
        return unsureBelow.isPresent() && best().probability() < unsureBelow.getAsDouble();
    }

    /// The probability of a class.
    ///
    /// @throws IllegalArgumentException if the model has no such class
    public float probability(String label) {
        int index = labels.indexOf(label);
        if (index < 0) {
            throw new IllegalArgumentException("the model has no class '" + label + "'; it has " + labels.size()
                    + " classes, the first being '" + labels.getFirst() + "'");
        }
        return probabilities[index];
    }

    /// The probabilities of all classes, in the order of [ImageClassifier#labels()]; a copy.
    public float[] probabilities() {
        return probabilities.clone();
    }

    @Override
    public String toString() {
        return top(5).toString();
    }
}
