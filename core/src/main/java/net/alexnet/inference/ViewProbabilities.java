package net.alexnet.inference;

import java.util.List;

/// The probabilities of the classes for a batch of images, `(images, classes)`, row by row.
///
/// @param mean over the views of each image
/// @param center of the center view alone
@SuppressWarnings("ArrayRecordComponent") // lives for a batch, never compared
record ViewProbabilities(float[] mean, float[] center) {
    /// The probabilities of one network.
    ///
    /// @param rows `(images · views, classes)`, the views of an image next to each other
    static ViewProbabilities of(float[] rows, Views views, int classes) {
        float[] mean = means(rows, views.count(), classes);
        float[] center = new float[mean.length];
        for (int first = 0; first < mean.length; first += classes) {
            System.arraycopy(rows, first * views.count() + views.center() * classes, center, first, classes);
        }
        return new ViewProbabilities(mean, center);
    }

    /// The means over the views of each image.
    ///
    /// @param rows of `length` values, the views of an image next to each other
    static float[] means(float[] rows, int views, int length) {
        float[] means = new float[rows.length / (views * length) * length];
        for (int i = 0; i < means.length; i++) {
            double sum = 0;
            for (int view = 0; view < views; view++) {
                sum += rows[(i / length * views + view) * length + i % length];
            }
            means[i] = (float) (sum / views);
        }
        return means;
    }

    /// The mean over several networks.
    ///
    /// @param networks at least one, all for the same images and classes
    static ViewProbabilities mean(List<ViewProbabilities> networks) {
        return new ViewProbabilities(
                mean(networks.stream().map(ViewProbabilities::mean).toArray(float[][]::new)),
                mean(networks.stream().map(ViewProbabilities::center).toArray(float[][]::new)));
    }

    private static float[] mean(float[][] networks) {
        float[] mean = new float[networks[0].length];
        for (int i = 0; i < mean.length; i++) {
            double sum = 0;
            for (float[] one : networks) {
                sum += one[i];
            }
            mean[i] = (float) (sum / networks.length);
        }
        return mean;
    }
}
