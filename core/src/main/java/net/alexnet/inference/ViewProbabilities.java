package net.alexnet.inference;

import java.util.List;

/// What is said of a batch of pictures, a probability for each class: `(pictures, classes)`, row by row.
///
/// @param mean over the views of each picture
/// @param center of the middle view alone
@SuppressWarnings("ArrayRecordComponent") // lives for a batch, never compared
record ViewProbabilities(float[] mean, float[] center) {
    /// One network's.
    ///
    /// @param rows `(pictures · views, classes)`, the views of a picture next to each other
    static ViewProbabilities of(float[] rows, Views views, int classes) {
        int pictures = rows.length / (views.count() * classes);
        float[] mean = new float[pictures * classes];
        float[] center = new float[pictures * classes];
        for (int i = 0; i < pictures; i++) {
            int first = i * views.count() * classes;
            for (int c = 0; c < classes; c++) {
                double sum = 0;
                for (int view = 0; view < views.count(); view++) {
                    sum += rows[first + view * classes + c];
                }
                mean[i * classes + c] = (float) (sum / views.count());
            }
            System.arraycopy(rows, first + views.center() * classes, center, i * classes, classes);
        }
        return new ViewProbabilities(mean, center);
    }

    /// The mean of several networks'.
    ///
    /// @param networks at least one, all of the same pictures and classes
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
