package net.alexnet.torch;

import java.util.Optional;
import net.alexnet.image.Encoding;
import net.alexnet.image.Picture;
import net.alexnet.image.PictureCodec;
import net.alexnet.image.PictureHeader;
import net.alexnet.image.UnreadablePictureException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/// Reads and scales pictures with OpenCV. Every call runs on the calling thread alone and frees its native memory
/// before it returns. Transparent pictures are laid over white; of an animation the first frame counts.
public final class OpenCvCodec implements PictureCodec {
    /// The most pixels that a picture may claim, whatever the memory: 534 MB as red, green, blue.
    public static final long MAX_PIXELS = 178_000_000;

    static {
        OpenCvSettings.apply(MAX_PIXELS);
        opencv_core.setNumThreads(1); // the pipeline runs many calls side by side
    }

    private final long maxPixels;

    /// A codec that takes pictures of up to [#MAX_PIXELS], or as many as a quarter of the heap holds.
    public OpenCvCodec() {
        this(Math.min(MAX_PIXELS, Runtime.getRuntime().maxMemory() / 4 / 3));
    }

    /// A codec with a limit of its own.
    ///
    /// @param maxPixels the most pixels that a picture may claim
    public OpenCvCodec(long maxPixels) {
        this.maxPixels = maxPixels;
    }

    @Override
    public Picture decode(byte[] file, int channels) throws UnreadablePictureException {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("pictures have 1 or 3 channels, not " + channels);
        }
        if (file.length == 0) {
            throw new UnreadablePictureException("an empty file");
        }
        Optional<PictureHeader> header = PictureHeader.of(file);
        if (header.isPresent() && header.get().pixels() > maxPixels) {
            throw new UnreadablePictureException("claims to have %d × %d pixels; the limit is %,d"
                    .formatted(header.get().width(), header.get().height(), maxPixels));
        }
        String kind = header.map(known -> "a broken " + known.format()).orElse("not a picture");
        try (BytePointer bytes = new BytePointer(file);
                Mat encoded = new Mat(1, file.length, opencv_core.CV_8UC1, bytes)) {
            if (header.isPresent() && header.get().alpha()) {
                Optional<Picture> opaque = overWhite(encoded, channels);
                if (opaque.isPresent()) {
                    return opaque.get();
                }
            }
            int flags = channels == 1 ? opencv_imgcodecs.IMREAD_GRAYSCALE : opencv_imgcodecs.IMREAD_COLOR_RGB;
            try (Mat decoded = opencv_imgcodecs.imdecode(encoded, flags)) {
                if (decoded.empty()) {
                    throw new UnreadablePictureException(kind);
                }
                return new Picture(decoded.cols(), decoded.rows(), channels, samples(decoded));
            }
        } catch (RuntimeException e) { // what JavaCPP makes of a C++ exception
            throw new UnreadablePictureException(kind + ": " + reason(e));
        }
    }

    @Override
    public Picture resize(Picture picture, int width, int height) {
        boolean shrinks = width <= picture.width() && height <= picture.height();
        int type = opencv_core.CV_8UC(picture.channels());
        try (BytePointer bytes = new BytePointer(picture.samples());
                Mat from = new Mat(picture.height(), picture.width(), type, bytes);
                Mat to = new Mat();
                Size size = new Size(width, height)) {
            int interpolation = shrinks ? opencv_imgproc.INTER_AREA : opencv_imgproc.INTER_CUBIC;
            opencv_imgproc.resize(from, to, size, 0, 0, interpolation);
            return new Picture(width, height, picture.channels(), samples(to));
        }
    }

    @Override
    public byte[] encode(Picture picture, Encoding encoding) {
        int type = opencv_core.CV_8UC(picture.channels());
        int[] settings = switch (encoding.format()) {
            case JPEG -> new int[] {opencv_imgcodecs.IMWRITE_JPEG_QUALITY, encoding.quality()};
            case PNG -> new int[0];
        };
        try (BytePointer bytes = new BytePointer(picture.samples());
                Mat samples = new Mat(picture.height(), picture.width(), type, bytes);
                Mat blueGreenRed = new Mat();
                BytePointer extension = new BytePointer("." + encoding.format().extension());
                BytePointer file = new BytePointer();
                IntPointer parameters = new IntPointer(settings)) {
            if (picture.channels() == 3) {
                opencv_imgproc.cvtColor(samples, blueGreenRed, opencv_imgproc.COLOR_RGB2BGR);
            }
            Mat from = picture.channels() == 3 ? blueGreenRed : samples;
            if (!opencv_imgcodecs.imencode(extension, from, file, parameters)) {
                throw new IllegalStateException("OpenCV cannot write a " + encoding.format());
            }
            byte[] stored = new byte[Math.toIntExact(file.limit())];
            file.get(stored);
            return stored;
        }
    }

    /// A picture with an alpha channel; nothing if it turns out to have none.
    private static Optional<Picture> overWhite(Mat encoded, int channels) {
        try (Mat decoded = opencv_imgcodecs.imdecode(encoded, opencv_imgcodecs.IMREAD_UNCHANGED);
                Mat eightBit = new Mat()) {
            if (decoded.empty() || decoded.channels() != 4) {
                return Optional.empty();
            }
            boolean sixteenBit = decoded.depth() == opencv_core.CV_16U;
            decoded.convertTo(eightBit, opencv_core.CV_8U, sixteenBit ? 1 / 257.0 : 1, 0);
            byte[] blueGreenRedAlpha = samples(eightBit);
            byte[] samples = new byte[blueGreenRedAlpha.length / 4 * channels];
            for (int from = 0, to = 0; to < samples.length; from += 4, to += channels) {
                int alpha = blueGreenRedAlpha[from + 3] & 0xFF;
                int blue = overWhite(blueGreenRedAlpha[from], alpha);
                int green = overWhite(blueGreenRedAlpha[from + 1], alpha);
                int red = overWhite(blueGreenRedAlpha[from + 2], alpha);
                if (channels == 1) {
                    samples[to] = (byte) ((299 * red + 587 * green + 114 * blue + 500) / 1000); // ITU-R BT.601
                } else {
                    samples[to] = (byte) red;
                    samples[to + 1] = (byte) green;
                    samples[to + 2] = (byte) blue;
                }
            }
            return Optional.of(new Picture(decoded.cols(), decoded.rows(), channels, samples));
        }
    }

    private static int overWhite(byte sample, int alpha) {
        return ((sample & 0xFF) * alpha + 255 * (255 - alpha) + 127) / 255;
    }

    private static byte[] samples(Mat mat) {
        byte[] samples = new byte[Math.toIntExact(mat.total() * mat.elemSize())];
        try (BytePointer data = mat.data()) {
            data.get(samples);
        }
        return samples;
    }

    /// The end of OpenCV's message: `OpenCV(4.13.0) file.cpp:12: error: (-215:Assertion failed) why in function 'f'`.
    private static String reason(RuntimeException e) {
        String message = String.valueOf(e.getMessage()).strip();
        int start = message.indexOf("error: ");
        String reason = message.substring(start < 0 ? 0 : start + "error: ".length());
        return reason.lines().findFirst().orElse("no reason given");
    }
}
