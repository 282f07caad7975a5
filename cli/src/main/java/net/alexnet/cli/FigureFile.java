package net.alexnet.cli;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.PngFile;
import net.alexnet.figure.Svg;
import net.alexnet.io.AtomicFiles;

/// The file of `figure --out`.
final class FigureFile {
    private static final int SCALE = 2; // pixels of a PNG file for one of the figure: texts are sharp in print

    private FigureFile() {}

    /// How a figure is stored.
    enum Form {
        SVG {
            @Override
            void write(Svg figure, Path file) throws IOException {
                AtomicFiles.writeString(file, figure.text());
            }
        },
        PNG {
            @Override
            void write(Svg figure, Path file) throws IOException {
                byte[] png = PngFile.of(pixels(figure));
                AtomicFiles.write(file, stream -> stream.write(png));
            }
        };

        abstract void write(Svg figure, Path file) throws IOException;

        /// The form that a file's name ends in.
        ///
        /// @throws IllegalArgumentException if it is neither
        static Form of(Path file) {
            String name = file.toString().toLowerCase(Locale.ROOT);
            return Arrays.stream(values()).filter(form -> name.endsWith("." + form.name().toLowerCase(Locale.ROOT)))
                    .findFirst().orElseThrow(() -> new IllegalArgumentException("--out: " + file
                            + " must end in .svg or .png, which says its form"));
        }
    }

    private static Image pixels(Svg figure) throws IOException {
        System.setProperty("java.awt.headless", "true"); // nothing is shown, so no display is needed
        byte[] text = figure.text().getBytes(StandardCharsets.UTF_8);
        SVGDocument document = new SVGLoader().load(new ByteArrayInputStream(text), null,
                LoaderContext.createDefault());
        if (document == null) {
            throw new IllegalStateException("the figure is not a valid SVG document");
        }
        int width = SCALE * figure.width();
        int height = SCALE * figure.height();
        BufferedImage drawn = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = drawn.createGraphics();
        try {
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            graphics.scale(SCALE, SCALE);
            document.render(null, graphics);
        } catch (InternalError | RuntimeException e) {
            throw new IOException("Java cannot draw texts here: " + e.getMessage()
                    + ". Install fontconfig and a font, or write an .svg file", e);
        } finally {
            graphics.dispose();
        }
        int[] colors = drawn.getRGB(0, 0, width, height, null, 0, width);
        byte[] samples = new byte[3 * colors.length];
        for (int i = 0; i < colors.length; i++) {
            samples[3 * i] = (byte) (colors[i] >> 16);
            samples[3 * i + 1] = (byte) (colors[i] >> 8);
            samples[3 * i + 2] = (byte) colors[i];
        }
        return new Image(width, height, 3, samples);
    }
}
