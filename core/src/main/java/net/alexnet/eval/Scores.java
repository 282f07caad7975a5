package net.alexnet.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The running counts of an evaluation.
public final class Scores {
    private static final int TOP = 5;

    private final int classes;
    private final int[][] confusions;
    private long pictures;
    private long missedTop1;
    private long missedTop5;
    private double lossSum;

    /// Counts of nothing yet.
    ///
    /// @param classes that the network tells apart
    public Scores(int classes) {
        this.classes = classes;
        this.confusions = new int[classes][classes];
    }

    /// Counts a batch.
    ///
    /// @param probabilities `(labels.length, classes)`, row by row
    /// @param count how many rows of it hold pictures
    /// @param labels the true class of each row
    public void add(float[] probabilities, int[] labels, int count) {
        for (int i = 0; i < count; i++) {
            int label = labels[i];
            int place = Ranking.place(probabilities, i * classes, classes, label);
            pictures++;
            missedTop1 += place >= 1 ? 1 : 0;
            missedTop5 += place >= TOP ? 1 : 0;
            lossSum -= Math.log(Math.max(probabilities[i * classes + label], Float.MIN_NORMAL));
            confusions[label][Ranking.best(probabilities, i * classes, classes, 1).getFirst()]++;
        }
    }

    /// What was counted.
    ///
    /// @throws IllegalStateException if nothing was
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
        List<Confusion> pairs = new ArrayList<>();
        for (int label = 0; label < classes; label++) {
            for (int guess = 0; guess < classes; guess++) {
                if (label != guess && confusions[label][guess] > 0) {
                    pairs.add(new Confusion(label, guess, confusions[label][guess]));
                }
            }
        }
        pairs.sort(Comparator.comparingInt(Confusion::count).reversed());
        return List.copyOf(pairs.subList(0, Math.min(10, pairs.size())));
    }

    /// What an evaluation found.
    ///
    /// @param n pictures counted
    /// @param missedTop1 pictures whose class was not the first guess
    /// @param missedTop5 pictures whose class was not among the first five guesses
    /// @param top1Error `missedTop1 / n`, a fraction
    /// @param top5Error `missedTop5 / n`, a fraction; 0 where there are at most five classes
    /// @param loss the mean of `−log p` of the true class
    /// @param confusions the ten commonest wrong first guesses, commonest first
    public record Report(
            long n,
            long missedTop1,
            long missedTop5,
            double top1Error,
            double top5Error,
            double loss,
            List<Confusion> confusions) {}

    /// A wrong first guess.
    ///
    /// @param label the true class
    /// @param guess the class that was guessed instead
    /// @param count how often
    public record Confusion(int label, int guess, int count) {}
}
