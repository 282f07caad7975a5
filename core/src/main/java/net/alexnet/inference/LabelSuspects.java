package net.alexnet.inference;

import module java.base;
import net.alexnet.io.Tsv;

/// Finds examples whose label is likely wrong, by confident learning (C. G. Northcutt, L. Jiang and I. L. Chuang, 2021):
/// a classifier that has not seen an example is about as sure of another class as it is of that class's own examples.
public final class LabelSuspects {
    /// The table of suspects in a run's folder.
    public static final String FILE = "suspects.tsv";

    private LabelSuspects() {}

    /// An example whose label is likely wrong.
    ///
    /// @param index of the example
    /// @param label that it has
    /// @param likelier class
    /// @param labelProbability the probability of its label, 0 to 1
    /// @param likelierProbability the probability of the likelier class, 0 to 1
    public record Suspect(int index, int label, int likelier, float labelProbability, float likelierProbability) {
        float margin() {
            return likelierProbability - labelProbability;
        }
    }

    /// Ranks the suspects, the most suspicious first: by how much more probable the likelier class is.
    ///
    /// A class's threshold is the mean probability that its own examples give to it. An example is suspect if another
    /// class is more probable than its label and reaches that class's threshold.
    ///
    /// @param probabilities `(labels.length, classes)`, row by row, by classifiers that did not learn from the example
    /// @param labels the label of each example
    public static List<Suspect> of(float[] probabilities, int[] labels, int classes) {
        if (probabilities.length != labels.length * classes) {
            throw new IllegalArgumentException(labels.length + " examples of " + classes + " classes need "
                    + labels.length * classes + " probabilities, found " + probabilities.length);
        }
        double[] thresholds = thresholds(probabilities, labels, classes);
        List<Suspect> suspects = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            int row = i * classes;
            int likelier = labels[i];
            for (int label = 0; label < classes; label++) {
                if (probabilities[row + label] > probabilities[row + likelier]
                        && probabilities[row + label] >= thresholds[label]) {
                    likelier = label;
                }
            }
            if (likelier != labels[i]) {
                suspects.add(new Suspect(i, labels[i], likelier, probabilities[row + labels[i]],
                        probabilities[row + likelier]));
            }
        }
        suspects.sort(Comparator.comparingDouble(Suspect::margin).reversed().thenComparingInt(Suspect::index));
        return suspects;
    }

    private static double[] thresholds(float[] probabilities, int[] labels, int classes) {
        double[] sums = new double[classes];
        int[] counts = new int[classes];
        for (int i = 0; i < labels.length; i++) {
            sums[labels[i]] += probabilities[i * classes + labels[i]];
            counts[labels[i]]++;
        }
        // a class without examples is suspected of none
        return IntStream.range(0, classes).mapToDouble(label -> counts[label] == 0
                ? Double.POSITIVE_INFINITY
                : sums[label] / counts[label]).toArray();
    }

    /// Writes the table into a folder, most suspicious first. Without suspects there is no file.
    ///
    /// @param names the file of each example
    /// @param classes the names of the classes
    public static void write(Path folder, List<Suspect> suspects, IntFunction<String> names, List<String> classes)
            throws IOException {
        Tsv.write(folder.resolve(FILE),
                List.of("file", "class", "likelier_class", "class_probability", "likelier_probability"),
                suspects.stream().map(one -> List.of(names.apply(one.index), classes.get(one.label),
                        classes.get(one.likelier), text(one.labelProbability), text(one.likelierProbability)))
                        .toList());
    }

    private static String text(float probability) {
        return String.format(Locale.ROOT, "%.4f", probability);
    }
}
