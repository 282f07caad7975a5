package net.alexnet.inference;

import module java.base;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.tensor.Shape;

/// The probabilities of all classes for the images of an evaluation, in memory until they are written to a safetensors file
/// with these tensors:
///
/// - `labels`, `(images)`: the number of the true class of each image
/// - `views`, `(images, classes)`: the probabilities over all views of each image
/// - `center`, of the same shape: those of the center view alone
public final class ProbabilityTable implements Ensemble.Rows {
    private static final String LABELS = "labels";
    private static final String VIEWS = "views";
    private static final String CENTER = "center";

    private final List<float[]> labels = new ArrayList<>(); // one array for each batch
    private final List<float[]> views = new ArrayList<>();
    private final List<float[]> center = new ArrayList<>();

    /// A table that was written.
    ///
    /// @param labels the number of the true class of each image
    /// @param classes how many classes there are
    /// @param views probabilities over all views of each image, row by row
    /// @param center probabilities of the center view
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Stored(int[] labels, int classes, float[] views, float[] center) {}

    @Override
    public void accept(int[] batch, float[] ofViews, float[] ofCenter) {
        float[] numbers = new float[batch.length];
        for (int i = 0; i < batch.length; i++) {
            numbers[i] = batch[i];
        }
        labels.add(numbers);
        views.add(ofViews.clone());
        center.add(ofCenter.clone());
    }

    /// Writes the table, whole or not at all.
    ///
    /// @param classes how many columns it has
    /// @throws IOException if the file cannot be written
    public void write(Path file, int classes) throws IOException {
        float[] numbers = joined(labels);
        Shape shape = Shape.of(numbers.length, classes);
        Safetensors.write(file, Map.of(), List.of(NamedTensor.of(LABELS, Shape.of(numbers.length), () -> numbers),
                NamedTensor.of(VIEWS, shape, () -> joined(views)),
                NamedTensor.of(CENTER, shape, () -> joined(center))));
    }

    /// Reads a table.
    ///
    /// @throws IOException if it is not one
    public static Stored read(Path file) throws IOException {
        try (WeightFile tensors = SafetensorsFile.open(file)) {
            float[] numbers = tensors.read(LABELS, tensors.shape(LABELS));
            int[] labels = new int[numbers.length];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = (int) numbers[i];
            }
            Shape shape = tensors.shape(VIEWS);
            return new Stored(labels, shape.dim(1), tensors.read(VIEWS, shape), tensors.read(CENTER, shape));
        }
    }

    private static float[] joined(List<float[]> parts) {
        float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
        int start = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, start, part.length);
            start += part.length;
        }
        return all;
    }
}
