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
        int images = rows.length / (views.count() * classes);
        float[] mean = new float[images * classes];
        float[] center = new float[images * classes];
        for (int i = 0; i < images; i++) {
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
