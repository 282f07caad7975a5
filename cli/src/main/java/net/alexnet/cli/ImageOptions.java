package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import net.alexnet.data.image.MeanImage;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.interop.CaffeMeanImage;
import net.alexnet.interop.ImportOptions.Pictures;
import net.alexnet.interop.caffe.CaffeMean;
import net.alexnet.io.WeightFileException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say how imported weights want their pictures, where that differs from what is usual for them.
final class ImageOptions {
    private static final Pattern NUMBERS = Pattern.compile("[-+0-9.eE, ]+");

    @Option(names = "--mean", paramLabel = "R,G,B|FILE", description = "What is taken away from every pixel, red first, or one number for all, in units of 0 to 255; or a mean image, Caffe's .binaryproto. Default: what is usual for --net.")
    private @Nullable String mean;

    @Option(names = "--scale", paramLabel = "S|R,G,B", description = "The factor after that; (x/255 - mean)/std of torchvision is --scale 1/(255*std). Default: what is usual for --net.")
    private @Nullable String scale;

    @Option(names = "--resize", paramLabel = "N", description = "The side of the square that pictures are made. Default: what is usual for --net, in proportion to the network's input.")
    private @Nullable Integer resize;

    @Option(names = "--crop", paramLabel = "N", description = "The side of the network's input. Default: what is usual for --net if fc6 fits it, else the smallest that does.")
    private @Nullable Integer crop;

    /// What was given.
    ///
    /// @throws UsageException if it cannot be
    /// @throws IOException if the mean image cannot be read
    Pictures pictures() throws IOException {
        require("--resize", resize);
        require("--crop", crop);
        if (resize != null && crop != null && crop > resize) {
            throw new UsageException("--crop must be at most --resize, found " + crop + " and " + resize);
        }
        boolean numbers = mean != null && NUMBERS.matcher(mean).matches();
        return new Pictures(
                Optional.ofNullable(resize),
                Optional.ofNullable(crop),
                numbers ? Optional.of(numbers("--mean", String.valueOf(mean), 0, 255)) : Optional.empty(),
                mean == null || numbers ? Optional.empty() : Optional.of(image(Path.of(mean))),
                scale == null
                        ? Optional.empty()
                        : Optional.of(numbers("--scale", scale, Double.MIN_VALUE, Double.MAX_VALUE)));
    }

    private static void require(String option, @Nullable Integer side) {
        if (side != null && (side < 1 || side > Preprocessing.MAX_RESIZE)) {
            throw new UsageException(option + " must be 1 to " + Preprocessing.MAX_RESIZE + " pixels, found " + side);
        }
    }

    private static List<Double> numbers(String option, String text, double least, double most) {
        List<Double> numbers = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            try {
                numbers.add(Double.parseDouble(part.strip()));
            } catch (NumberFormatException e) {
                throw new UsageException(
                        option + " must be a number, or one for red, green and blue with commas between"
                                + " them; found '" + text + "'");
            }
        }
        if (numbers.size() != 1 && numbers.size() != 3) {
            throw new UsageException(option + " must be one number, or three: of red, green and blue; found " + text);
        }
        if (!numbers.stream().allMatch(number -> number >= least && number <= most)) {
            throw new UsageException(option + " must be " + (least == 0 ? "0 to 255" : "above 0") + ", found " + text);
        }
        return numbers;
    }

    private static MeanImage image(Path file) throws IOException {
        try {
            CaffeMean mean = CaffeMean.read(file);
            return CaffeMeanImage.of(mean.shape(), mean.toArray());
        } catch (IllegalArgumentException e) {
            throw new WeightFileException(file, String.valueOf(e.getMessage()), e);
        }
    }
}
