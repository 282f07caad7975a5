package net.alexnet.figure;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.TileGrid;
import net.alexnet.figure.Drawing.Anchor;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.inference.Model;
import net.alexnet.inference.Predictor;
import net.alexnet.inference.Views;

/// The maps of a layer for a picture, those with the highest mean first: black is a map's least value, white its greatest.
/// Below each map are its number and its greatest value.
public final class ActivationFigure {
    private static final int MARGIN = 16;
    private static final int PICTURE = 160; // the side of the picture
    private static final int MAP = 64; // pixels that a map should have at least
    private static final int COLUMNS = 8;
    private static final int CAPTION = 18;

    private ActivationFigure() {}

    /// Computes and draws the maps.
    ///
    /// @param layer as [FeatureLayer] names it
    /// @param most how many maps are drawn at most
    /// @throws IllegalArgumentException if there is no such layer, or it has no maps
    public static Svg of(Model model, Picture picture, String layer, int most, ImageCodec codec) {
        FeatureLayer wanted = FeatureLayer.of(model.network().architecture(), layer);
        if (wanted.shape().rank() != 3) {
            throw new IllegalArgumentException("the layer " + layer + " gives " + wanted.length()
                    + " single values, not maps. Name a convolution, a normalization or a pooling, such as conv1");
        }
        float[] values = new Predictor(model, Views.CENTER, codec).features(List.of(picture.image()), wanted)
                .getFirst();
        return of(picture, layer, values, wanted.shape().dim(1), most);
    }

    /// Draws maps.
    ///
    /// @param values `(C, side, side)` in row-major order
    static Svg of(Picture picture, String layer, float[] values, int side, int most) {
        List<Integer> order = strongest(values, side * side);
        List<Integer> drawn = order.subList(0, Math.min(most, order.size()));
        TileGrid grid = new TileGrid(side, COLUMNS, Math.ceilDiv(MAP, side), 8, CAPTION + 6);
        Image maps = grid.draw(drawn.stream().map(map -> tile(values, map, side)).toList());
        Drawing drawing = new Drawing();
        int left = MARGIN + PICTURE + MARGIN;
        int top = MARGIN + 24;
        drawing.image(MARGIN, top, PICTURE, PICTURE, picture.image(), picture.name());
        drawing.text(left, MARGIN + 12, 13, Anchor.START, Drawing.BLACK, layer + ": the " + drawn.size()
                + " strongest of " + order.size() + " maps, " + side + " × " + side);
        drawing.image(left, top, maps.width(), maps.height(), maps, "maps of " + layer);
        for (int i = 0; i < drawn.size(); i++) {
            drawing.text(left + grid.left(i), top + grid.top(i) + side * grid.factor() + 13, 10, Anchor.START,
                    Drawing.GRAY, String.format(Locale.ROOT, "%d: %.3g", drawn.get(i),
                            most(values, drawn.get(i), side * side)));
        }
        return drawing.finish("Maps of " + layer, MARGIN);
    }

    /// The numbers of the maps, that with the highest mean first.
    ///
    /// @param values `(C, side, side)` in row-major order
    /// @param area of a map, in values
    public static List<Integer> strongest(float[] values, int area) {
        double[] sums = new double[values.length / area];
        for (int i = 0; i < sums.length * area; i++) {
            sums[i / area] += values[i];
        }
        return IntStream.range(0, sums.length).boxed()
                .sorted(Comparator.comparingDouble((Integer map) -> -sums[map])).toList();
    }

    /// A map in gray: black is its least value, white its greatest. A map of equal values is black.
    ///
    /// @param values `(C, side, side)` in row-major order
    public static Image tile(float[] values, int map, int side) {
        int area = side * side;
        float least = values[map * area];
        for (int i = 1; i < area; i++) {
            least = Math.min(least, values[map * area + i]);
        }
        float range = most(values, map, area) - least;
        byte[] samples = new byte[area];
        for (int i = 0; i < area && range > 0; i++) {
            samples[i] = (byte) Math.round(255 * (values[map * area + i] - least) / range);
        }
        return new Image(side, side, 1, samples);
    }

    private static float most(float[] values, int map, int area) {
        float most = values[map * area];
        for (int i = 1; i < area; i++) {
            most = Math.max(most, values[map * area + i]);
        }
        return most;
    }
}
