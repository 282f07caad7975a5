package net.alexnet.inference;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Counts top-1 and top-5 errors, the loss and the most frequent mistakes of an evaluation.
public final class TopKErrors {
    private static final int TOP = 5;
    private static final int WORST = 10;

    private final int classes;
    private final Map<Pair, Integer> confusions = new HashMap<>(); // only pairs that occur
    private long pictures;
    private long missedTop1;
    private long missedTop5;
    private double lossSum;

    /// Starts at zero.
    ///
    /// @param classes the number of classes
    public TopKErrors(int classes) {
        this.classes = classes;
    }

    /// Counts a batch.
    ///
    /// @param probabilities `(labels.length, classes)`, row by row; of several views or networks,
    ///     their mean
    /// @param count of the rows that hold images
    /// @param labels the true class of each row
    public void add(float[] probabilities, int[] labels, int count) {
        for (int i = 0; i < count; i++) {
            int label = labels[i];
            int place = TopK.place(probabilities, i * classes, classes, label);
            pictures++;
            missedTop1 += place >= 1 ? 1 : 0;
            missedTop5 += place >= TOP ? 1 : 0;
            lossSum -= Math.log(Math.max(probabilities[i * classes + label], Float.MIN_NORMAL));
            int predicted = TopK.first(probabilities, i * classes, classes);
            if (predicted != label) {
                confusions.merge(new Pair(label, predicted), 1, Integer::sum);
            }
        }
    }

    /// The counts so far.
    ///
    /// @throws IllegalStateException if there were no images
    public Report report() {
        if (pictures == 0) {
            throw new IllegalStateException("there were no pictures to evaluate");
        }
        return new Report(
                pictures,
                missedTop1,
                missedTop5,
                (double) missedTop1 / pictures,
                (double) missedTop5 / pictures,
                lossSum / pictures,
                worst());
    }

    private List<Confusion> worst() {
        return confusions.entrySet().stream()
                .map(entry -> new Confusion(entry.getKey().label(), entry.getKey().predicted(), entry.getValue()))
                .sorted(Comparator.comparingInt(Confusion::count).reversed()
                        .thenComparingInt(Confusion::label)
                        .thenComparingInt(Confusion::predicted))
                .limit(WORST)
                .toList();
    }

    private record Pair(int label, int predicted) {}

    /// The result of an evaluation.
    ///
    /// @param n images counted
    /// @param missedTop1 images whose class was not the most probable one
    /// @param missedTop5 images whose class was not among the five most probable
    /// @param top1Error `missedTop1 / n`, a fraction
    /// @param top5Error `missedTop5 / n`, a fraction; 0 if there are at most five classes
    /// @param loss the mean of `−log p` of the true class
    /// @param confusions the ten most frequent mistakes, most frequent first
    public record Report(
            long n,
            long missedTop1,
            long missedTop5,
            double top1Error,
            double top5Error,
            double loss,
            List<Confusion> confusions) {}

    /// Images of one class for which another class was the most probable.
    ///
    /// @param label the true class
    /// @param predicted the class that was predicted instead
    /// @param count of these images
    public record Confusion(int label, int predicted, int count) {}
}
