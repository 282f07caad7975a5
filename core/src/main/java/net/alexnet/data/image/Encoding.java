package net.alexnet.data.image;

import net.alexnet.tensor.Check;

/// How an image is stored.
///
/// @param format the kind of file
/// @param quality of a JPEG, 1 to 100, with color at half the resolution as libjpeg does by default; ignored for
///     a PNG
public record Encoding(Format format, int quality) {
    /// The paper's source stores images at quality 95 (cuda-convnet2, `make-data`).
    public static final Encoding PAPER = new Encoding(Format.JPEG, 95);

    /// Without loss.
    public static final Encoding LOSSLESS = new Encoding(Format.PNG, 100);

    /// Kinds of file that pictures are stored as.
    public enum Format {
        /// Small, with loss.
        JPEG("jpg"),
        /// Without loss.
        PNG("png");

        private final String extension;

        Format(String extension) {
            this.extension = extension;
        }

        /// What the names of such files end with, without the dot.
        public String extension() {
            return extension;
        }
    }

    public Encoding {
        Check.that(quality >= 1 && quality <= 100, "the quality of a JPEG", quality, "1 to 100");
    }
}
