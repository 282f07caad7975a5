package net.alexnet.data.image;

import java.util.Arrays;
import java.util.List;

/// Small images in rows, on white. Each pixel becomes a square of pixels, so that the values can be seen as they are.
///
/// @param side of a tile before it is enlarged, in pixels
/// @param columns of the grid
/// @param factor pixels of the grid for a pixel of a tile
/// @param gap between columns, in pixels of the grid
/// @param rowGap between rows
public record TileGrid(int side, int columns, int factor, int gap, int rowGap) {
    /// The same gap between rows and columns.
    public TileGrid(int side, int columns, int factor, int gap) {
        this(side, columns, factor, gap, gap);
    }

    /// The left edge of a tile.
    public int left(int tile) {
        return tile % columns * (side * factor + gap);
    }

    /// The upper edge of a tile.
    public int top(int tile) {
        return tile / columns * (side * factor + rowGap);
    }

    /// Draws the tiles.
    ///
    /// @param tiles at least one, all of the grid's side and with the same channels
    public Image draw(List<Image> tiles) {
        int channels = tiles.getFirst().channels();
        int width = left(Math.min(columns, tiles.size()) - 1) + side * factor;
        int height = top(tiles.size() - 1) + side * factor;
        byte[] samples = new byte[width * height * channels];
        Arrays.fill(samples, (byte) 0xFF);
        for (int i = 0; i < tiles.size(); i++) {
            byte[] tile = tiles.get(i).samples();
            for (int y = 0; y < side * factor; y++) {
                for (int x = 0; x < side * factor; x++) {
                    int from = (y / factor * side + x / factor) * channels;
                    int to = ((top(i) + y) * width + left(i) + x) * channels;
                    System.arraycopy(tile, from, samples, to, channels);
                }
            }
        }
        return new Image(width, height, channels, samples);
    }
}
