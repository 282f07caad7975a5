package net.alexnet.figure;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.figure.Drawing.Anchor;
import net.alexnet.inference.Model;

/// Pictures with a heat map of their [Occlusion]: red where the probability of the class falls most when a gray square covers
/// the place, blue where it falls least.
public final class OcclusionFigure {
    private static final int MARGIN = 16;
    private static final int SIDE = 224; // of a picture
    private static final int LETTERS = 32;
    private static final int BAR = 10; // height of the scale
    private static final double HEAT = 0.6; // the share of a pixel's color that is the map's, not the picture's
    private static final int[][] COLORS = {{178, 24, 43}, {244, 165, 130}, {247, 247, 247}, {146, 197, 222},
        {33, 102, 172}}; // from the lowest probability to the highest: ColorBrewer's RdBu

    private OcclusionFigure() {}

    /// Computes and draws the heat map of each picture.
    ///
    /// @throws IllegalArgumentException as [Occlusion#of]
    public static Svg of(Model model, List<Picture> pictures, Occlusion.Square square) {
        Drawing drawing = new Drawing();
        int y = MARGIN;
        for (Picture picture : pictures) {
            row(drawing, y, Drawing.file(picture.name()), Occlusion.of(model, picture, square), model.card().classes());
            y += SIDE + 56;
        }
        return drawing.finish("What the predictions depend on", MARGIN);
    }

    /// Draws one heat map.
    ///
    /// @param name of the picture's file
    /// @param classes of the model
    public static Svg of(String name, Occlusion found, List<String> classes) {
        Drawing drawing = new Drawing();
        row(drawing, MARGIN, Drawing.file(name), found, classes);
        return drawing.finish("What the prediction for " + Drawing.file(name) + " depends on", MARGIN);
    }

    private static void row(Drawing drawing, int y, String name, Occlusion found, List<String> classes) {
        double least = Arrays.stream(found.map()).min().orElseThrow();
        double most = Arrays.stream(found.map()).max().orElseThrow();
        int right = MARGIN + SIDE + MARGIN;
        drawing.image(MARGIN, y, SIDE, SIDE, found.view(), name);
        drawing.image(right, y, SIDE, SIDE, heat(found, least, most), "heat map of " + name);
        drawing.text(MARGIN, y + SIDE + 16, 12, LETTERS, Drawing.BLACK,
                String.format(Locale.ROOT, "%.3f %s", found.whole(), classes.get(found.label())));
        drawing.text(MARGIN, y + SIDE + 32, 11, LETTERS, Drawing.GRAY, name);
        drawing.image(right, y + SIDE + 6, SIDE, BAR, scale(), "scale");
        drawing.text(right, y + SIDE + 32, 11, Anchor.START, Drawing.GRAY, String.format(Locale.ROOT, "%.3f", least));
        drawing.text(right + SIDE, y + SIDE + 32, 11, Anchor.END, Drawing.GRAY,
                String.format(Locale.ROOT, "%.3f", most));
    }

    /// The picture in gray below the colors of the map.
    ///
    /// @param least the probability that is red
    /// @param most the probability that is blue
    public static Image heat(Occlusion found, double least, double most) {
        byte[] gray = found.view().withChannels(1).samples();
        byte[] samples = new byte[3 * gray.length];
        for (int i = 0; i < gray.length; i++) {
            double place = most > least ? (found.map()[i] - least) / (most - least) : 1;
            for (int channel = 0; channel < 3; channel++) {
                samples[3 * i + channel] = (byte) Math
                        .round(HEAT * color(place, channel) + (1 - HEAT) * (gray[i] & 0xFF));
            }
        }
        return new Image(found.view().width(), found.view().height(), 3, samples);
    }

    private static Image scale() {
        byte[] samples = new byte[3 * SIDE];
        for (int x = 0; x < SIDE; x++) {
            for (int channel = 0; channel < 3; channel++) {
                samples[3 * x + channel] = (byte) Math.round(color(x / (SIDE - 1.0), channel));
            }
        }
        return new Image(SIDE, 1, 3, samples);
    }

    /// @param place from 0, the lowest probability, to 1
    private static double color(double place, int channel) {
        double at = place * (COLORS.length - 1);
        int below = Math.min((int) at, COLORS.length - 2);
        return COLORS[below][channel] + (at - below) * (COLORS[below + 1][channel] - COLORS[below][channel]);
    }
}
