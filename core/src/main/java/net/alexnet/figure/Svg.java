package net.alexnet.figure;

/// A finished figure.
///
/// @param width in pixels
/// @param height in pixels
/// @param text a whole SVG document, which refers to nothing outside of it
public record Svg(int width, int height, String text) {
    /// The figure as a part of an HTML page, which needs no namespace.
    public String inline() {
        return text.replaceFirst(" xmlns=\"[^\"]*\"", "");
    }
}
