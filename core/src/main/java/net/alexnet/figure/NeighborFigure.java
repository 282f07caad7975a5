package net.alexnet.figure;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.figure.Drawing.Anchor;

/// The right half of the paper's figure 4: a picture in the first column, and the most similar ones after it.
public final class NeighborFigure {
    private static final int MARGIN = 16;
    private static final int SIDE = 112; // of a picture
    private static final int CELL = SIDE + 10;
    private static final int LETTERS = 16;
    private static final int LINE = 15;

    private NeighborFigure() {}

    /// A picture.
    ///
    /// @param image square; a small one is drawn larger
    /// @param name of its file
    /// @param caption below it, such as its class; it may be empty
    public record Shown(Image image, String name, String caption) {}

    /// A picture and those most similar to it, nearest first.
    public record Row(Shown picture, List<Shown> nearest) {
        public Row {
            nearest = List.copyOf(nearest);
        }
    }

    /// Draws the rows.
    ///
    /// @param layer whose features were compared
    /// @param rows at least one
    public static Svg of(String layer, List<Row> rows) {
        Drawing drawing = new Drawing();
        drawing.text(MARGIN, MARGIN + 12, 13, Anchor.START, Drawing.GRAY, "picture");
        drawing.text(MARGIN + CELL + MARGIN, MARGIN + 12, 13, Anchor.START, Drawing.GRAY,
                "nearest first, by the features of " + layer);
        int y = MARGIN + 24;
        for (Row row : rows) {
            shown(drawing, MARGIN, y, row.picture());
            drawing.rectangle(MARGIN + CELL + 2, y, 2, SIDE, Drawing.GRAY);
            for (int i = 0; i < row.nearest().size(); i++) {
                shown(drawing, MARGIN + CELL + MARGIN + i * CELL, y, row.nearest().get(i));
            }
            y += SIDE + LINE + 12;
        }
        return drawing.finish("Pictures and the most similar ones", MARGIN);
    }

    private static void shown(Drawing drawing, int x, int y, Shown shown) {
        drawing.image(x, y, SIDE, SIDE, shown.image(), shown.name());
        drawing.text(x, y + SIDE + LINE, 12, LETTERS, Drawing.BLACK, shown.caption());
    }
}
