package net.alexnet.figure;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.figure.Drawing.Anchor;
import net.alexnet.inference.FilterTiles;
import net.alexnet.inference.Model;

/// The paper's figure 3: the kernels of conv1, the two towers one above the other. Each kernel is scaled to its own range.
public final class FilterFigure {
    private static final int MARGIN = 16;
    private static final int SIZE = 14;

    private FilterFigure() {}

    /// Draws the kernels.
    ///
    /// @throws IllegalArgumentException if the model has no conv1
    public static Svg of(Model model) {
        FilterTiles kernels = FilterTiles.of(model.network()).orElseThrow(() -> new IllegalArgumentException(
                "this network has no conv1, whose kernels the figure shows; it begins with "
                        + model.network().architecture().rows().getFirst().name()
                        + ". Name a model that has conv1"));
        int towers = model.card().network().towers();
        Optional<TowerColors> colors = TowerColors.of(model);
        Drawing drawing = new Drawing();
        int y = MARGIN;
        for (int tower = 0; tower < towers; tower++) {
            int count = kernels.filters() / towers;
            Image picture = kernels.picture(tower * count, (tower + 1) * count);
            String caption = caption(kernels, towers, tower, colors);
            drawing.text(MARGIN, y + SIZE, SIZE, Anchor.START, Drawing.BLACK, caption);
            y += 2 * SIZE;
            drawing.image(MARGIN, y, picture.width(), picture.height(), picture, caption);
            y += picture.height() + MARGIN;
        }
        int last = y + SIZE / 2;
        colors.flatMap(FilterFigure::comparison)
                .ifPresent(text -> drawing.text(MARGIN, last, SIZE - 2, Anchor.START, Drawing.GRAY, text));
        return drawing.finish("The kernels of conv1", MARGIN);
    }

    private static String caption(FilterTiles kernels, int towers, int tower, Optional<TowerColors> colors) {
        int count = kernels.filters() / towers;
        return (towers == 1 ? "" : "tower " + (tower + 1) + ": ") + count + " kernels of " + kernels.side() + " × "
                + kernels.side() + " × " + kernels.channels()
                + colors.map(found -> String.format(Locale.ROOT, ", mean color share %.2f", found.mean(tower)))
                        .orElse("");
    }

    private static Optional<String> comparison(TowerColors colors) {
        return colors.difference().isEmpty()
                ? Optional.empty()
                : Optional.of(String.format(Locale.ROOT,
                        "color share of tower 2 minus tower 1: %+.2f, permutation test p = %.4f",
                        colors.difference().getAsDouble(), colors.p().orElseThrow()));
    }
}
