package net.alexnet.figure;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.figure.Drawing.Anchor;
import net.alexnet.inference.Model;
import net.alexnet.inference.Prediction;
import net.alexnet.inference.Prediction.Score;
import net.alexnet.inference.Predictor;
import net.alexnet.inference.TopK;
import net.alexnet.inference.Views;

/// The left half of the paper's figure 4: pictures with their five most probable classes as bars. The true class, where it is
/// known, is written below the picture, and its bar is red.
public final class PredictionFigure {
    private static final int BATCH = 16; // pictures that go through the network at a time
    private static final int COLUMNS = 4;
    private static final int MARGIN = 16;
    private static final int SIDE = 160; // of a picture
    private static final int CELL = SIDE + MARGIN;
    private static final int BAR = 20;
    private static final int LETTERS = 22; // of a class name in a cell
    private static final String RIGHT = "#f4a6a6";
    private static final String OTHER = "#a9c4e8";

    private PredictionFigure() {}

    /// Classifies pictures and draws the answers.
    ///
    /// @param views over which the probabilities are averaged
    /// @throws IllegalArgumentException if a layer of the model has no trained weights
    public static Svg of(Model model, Views views, List<Picture> pictures, ImageCodec codec) {
        Predictor predictor = new Predictor(model, views, codec);
        List<String> classes = model.card().classes();
        List<Prediction> predictions = new ArrayList<>();
        for (int first = 0; first < pictures.size(); first += BATCH) {
            List<Picture> batch = pictures.subList(first, Math.min(pictures.size(), first + BATCH));
            List<float[]> rows = predictor.probabilities(batch.stream().map(Picture::image).toList());
            for (int i = 0; i < batch.size(); i++) {
                float[] row = rows.get(i);
                int truth = batch.get(i).label().orElse(-1);
                predictions.add(new Prediction(batch.get(i).name(), truth, truth < 0 ? 0 : row[truth],
                        TopK.best(row, 0, classes.size(), Prediction.TOP).stream()
                                .map(label -> new Score(label, row[label])).toList()));
            }
        }
        return of(pictures.stream().map(Picture::image).toList(), predictions, classes);
    }

    /// Draws predictions.
    ///
    /// @param images of the predictions, in their order; square
    /// @param predictions at least one; a label of −1 stands for an unknown class
    public static Svg of(List<Image> images, List<Prediction> predictions, List<String> classes) {
        Drawing drawing = new Drawing();
        int bars = predictions.getFirst().best().size();
        int height = SIDE + (bars + 1) * BAR + 2 * MARGIN;
        for (int i = 0; i < predictions.size(); i++) {
            cell(drawing, MARGIN + i % COLUMNS * CELL, MARGIN + i / COLUMNS * height, images.get(i),
                    predictions.get(i), classes);
        }
        return drawing.finish(predictions.size() == 1
                ? "The most probable classes of " + Drawing.file(predictions.getFirst().name())
                : "Pictures and their most probable classes", MARGIN);
    }

    private static void cell(Drawing drawing, int x, int top, Image image, Prediction prediction,
            List<String> classes) {
        boolean known = prediction.label() >= 0;
        drawing.image(x, top, SIDE, SIDE, image, prediction.name());
        drawing.text(x, top + SIDE + 15, 13, LETTERS, known ? Drawing.BLACK : Drawing.GRAY,
                known ? classes.get(prediction.label()) : Drawing.file(prediction.name()));
        int y = top + SIDE + BAR + 4;
        for (Score score : prediction.best()) {
            drawing.rectangle(x, y, Math.max(1, SIDE * score.probability()), BAR - 3,
                    score.label() == prediction.label() ? RIGHT : OTHER);
            drawing.text(x + 3, y + 13, 11, LETTERS, Drawing.BLACK, classes.get(score.label()));
            drawing.text(x + SIDE, y + 13, 11, Anchor.END, Drawing.BLACK,
                    String.format(Locale.ROOT, "%.0f %%", 100 * score.probability()));
            y += BAR;
        }
    }
}
