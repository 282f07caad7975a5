package net.alexnet.torch;

import module java.base;
import net.alexnet.data.image.AreaResize;
import net.alexnet.data.image.Encoding;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.ImageHeader;
import net.alexnet.data.image.ImageTooLargeException;
import net.alexnet.data.image.Orientation;
import net.alexnet.data.image.OtherFormats;
import net.alexnet.data.image.ResizeAndCenterCrop;
import net.alexnet.data.image.UnreadableImageException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;

/// Reads, resizes and writes images with OpenCV. Every call runs on the calling thread and frees its native memory before
/// it returns. Transparent images are composited over white; of an animation the first frame is read. A truncated file
/// is an error.
///
/// An image that needs more than [#MAX_BYTES] of native memory is refused. Calls wait for each other if together they need
/// more than that, or more than 64 MiB a core on machines of eleven cores and more. Only formats that [ImageHeader] knows
/// are read, because the header tells the memory that an image needs.
public final class OpenCvCodec implements ImageCodec {
    /// The default for the most pixels of an image: 534 MB as red, green, blue.
    public static final long MAX_PIXELS = 178_000_000;

    /// OpenCV's own limit, which no codec can exceed.
    public static final long OPENCV_MAX_PIXELS = 1L << 30;

    /// The most native memory that one image may need, in bytes: [#MAX_PIXELS] as red, green, blue and a file of 200 MB; less
    /// than a GiB together with the JVM's own memory.
    public static final long MAX_BYTES = 700L << 20;

    /// The most scans of a JPEG: a program writes about ten, but a few bytes make another one over all the pixels.
    public static final int MAX_SCANS = 500;

    /// The native memory for all decoding, in KiB. It is fair, so that small images do not keep a large one waiting.
    static final Semaphore KIB = new Semaphore(
            (int) (Math.max(MAX_BYTES, (64L << 20) * Runtime.getRuntime().availableProcessors()) >> 10), true);

    private static final Set<String> OF_CAMERAS = Set.of("HEIC", "AVIF", "JPEG 2000", "JPEG XL", "camera raw");

    private static final byte[] NO_SAMPLES = {};

    private final long maxPixels;

    /// A codec for images of up to [#MAX_PIXELS].
    ///
    /// @throws net.alexnet.inference.EngineUnavailableException if OpenCV cannot be loaded
    public OpenCvCodec() {
        this(MAX_PIXELS);
    }

    /// A codec with a limit of its own.
    ///
    /// @param maxPixels the most pixels of an image, 1 to [#OPENCV_MAX_PIXELS]; [#decode] also refuses images that would fill
    ///     more than a quarter of the heap
    public OpenCvCodec(long maxPixels) {
        if (maxPixels < 1 || maxPixels > OPENCV_MAX_PIXELS) {
            throw new IllegalArgumentException("the most pixels of a picture must be 1 to %,d, found %,d"
                    .formatted(OPENCV_MAX_PIXELS, maxPixels));
        }
        NativeLoader.await();
        NativeLoader.loadOpenCv();
        this.maxPixels = maxPixels;
    }

    @Override
    public Image decode(byte[] file, int channels) throws UnreadableImageException {
        return decode(file, channels, NO_SAMPLES);
    }

    @Override
    public Image decode(byte[] file, int channels, byte[] samples) throws UnreadableImageException {
        long heapBytes = Math.min(Runtime.getRuntime().maxMemory() / 4, Integer.MAX_VALUE - 8);
        return read(file, channels, Math.min(maxPixels, heapBytes / channels),
                decoded -> image(decoded, samples));
    }

    /// Keeps the whole image in native memory. The samples are those of the default implementation.
    @Override
    public Image resizeAndCenterCrop(byte[] file, int side, int channels) throws UnreadableImageException {
        return read(file, channels, maxPixels, decoded -> middle(decoded, side));
    }

    @Override
    public Image resize(Image image, int width, int height) {
        int channels = image.channels();
        if (width <= image.width() && height <= image.height()) {
            return new AreaResize(image.width(), image.height(), width, height)
                    .part(MemorySegment.ofArray(image.samples()), image.width() * (long) channels, channels, 0, 0,
                            width, height);
        }
        try (BytePointer bytes = new BytePointer(image.samples());
                Mat from = new Mat(image.height(), image.width(), opencv_core.CV_8UC(channels), bytes);
                Mat to = grown(from, width, height)) {
            return image(to);
        }
    }

    @Override
    public byte[] encode(Image image, Encoding encoding) {
        int type = opencv_core.CV_8UC(image.channels());
        int[] settings = switch (encoding.format()) {
            case JPEG -> new int[] {opencv_imgcodecs.IMWRITE_JPEG_QUALITY, encoding.quality()};
            case PNG -> new int[0];
        };
        try (BytePointer bytes = new BytePointer(image.samples());
                Mat samples = new Mat(image.height(), image.width(), type, bytes);
                BytePointer extension = new BytePointer("." + encoding.format().extension());
                BytePointer file = new BytePointer();
                IntPointer parameters = new IntPointer(settings)) {
            if (image.channels() == 3) {
                opencv_imgproc.cvtColor(samples, samples, opencv_imgproc.COLOR_RGB2BGR); // of a copy, in place
            }
            if (!opencv_imgcodecs.imencode(extension, samples, file, parameters)) {
                throw new IllegalStateException("OpenCV cannot write a " + encoding.format());
            }
            byte[] stored = new byte[Math.toIntExact(file.limit())];
            file.get(stored);
            return stored;
        }
    }

    private static Image read(byte[] file, int channels, long maxPixels, Function<Mat, Image> use)
            throws UnreadableImageException {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("pictures have 1 or 3 channels, not " + channels);
        }
        ImageHeader header = header(file, maxPixels);
        int kib = (int) Math.ceilDiv(bytesNeeded(header, channels, file.length), 1024L);
        byte[] used = PngChunks.used(file);
        KIB.acquireUninterruptibly(kib);
        try (BytePointer bytes = new BytePointer(used);
                Mat encoded = new Mat(1, used.length, opencv_core.CV_8UC1, bytes);
                Mat decoded = decoded(encoded, header, channels)) {
            checkPixels(decoded.cols(), decoded.rows(), maxPixels); // whatever the header said
            return use.apply(decoded);
        } finally {
            KIB.release(kib);
        }
    }

    private static ImageHeader header(byte[] file, long maxPixels) throws UnreadableImageException {
        if (file.length == 0) {
            throw new UnreadableImageException("an empty file");
        }
        ImageHeader header = ImageHeader.of(file).orElseThrow(() -> new UnreadableImageException(
                OtherFormats.of(file).map(OpenCvCodec::notRead).orElse("not a picture")));
        Optional<String> unread = ImageHeader.unread(file);
        if (unread.isPresent()) {
            throw new UnreadableImageException(notRead(unread.get()));
        }
        if (header.pixels() == 0) {
            throw new UnreadableImageException("a broken " + header.format());
        }
        checkPixels(header.width(), header.height(), maxPixels);
        if (header.scans() > MAX_SCANS) {
            throw new ImageTooLargeException("a %s of %,d scans; the limit is %,d"
                    .formatted(header.format(), header.scans(), MAX_SCANS));
        }
        return header;
    }

    private static String notRead(String format) {
        return format + ", which is not read" + (OF_CAMERAS.contains(format) ? "; convert it to JPEG" : "");
    }

    private static void checkPixels(long width, long height, long maxPixels) throws UnreadableImageException {
        if (width > maxPixels / height) {
            throw new ImageTooLargeException("claims to have %d × %d pixels; the limit is %,d"
                    .formatted(width, height, maxPixels));
        }
    }

    private static long bytesNeeded(ImageHeader header, int channels, int fileLength)
            throws UnreadableImageException {
        long bytes = fileLength + header.pixels() * (channels + header.workspace());
        if (bytes > MAX_BYTES) {
            throw new ImageTooLargeException("needs up to %,d bytes to decode %d × %d pixels; the limit is %,d"
                    .formatted(bytes, header.width(), header.height(), MAX_BYTES));
        }
        return bytes;
    }

    /// An upright image of 8 bits a channel, in the order red, green, blue.
    private static Mat decoded(Mat encoded, ImageHeader header, int channels) throws UnreadableImageException {
        try {
            Mat decoded = header.alpha() == ImageHeader.Alpha.NONE
                    ? plain(encoded, channels)
                    : opaque(encoded, header, channels);
            if (decoded.empty()) {
                decoded.close();
                throw new UnreadableImageException("a broken " + header.format());
            }
            return decoded;
        } catch (RuntimeException e) { // what JavaCPP makes of a C++ exception
            throw new UnreadableImageException("a broken " + header.format() + ": " + reason(e));
        }
    }

    private static Mat plain(Mat encoded, int channels) {
        return opencv_imgcodecs.imdecode(
                encoded, channels == 1 ? opencv_imgcodecs.IMREAD_GRAYSCALE : opencv_imgcodecs.IMREAD_COLOR_RGB);
    }

    private static Mat opaque(Mat encoded, ImageHeader header, int channels) throws UnreadableImageException {
        boolean isTiff = header.format() == ImageHeader.Format.TIFF; // which OpenCV rotates in any case
        try (Mat transparent = transparent(encoded, !isTiff)) {
            boolean premultiplied = header.alpha() == ImageHeader.Alpha.PREMULTIPLIED
                    || (isTiff && transparent.depth() == opencv_core.CV_8U); // by libtiff
            return transparent.channels() == 4
                    ? AlphaCompositing.of(transparent, premultiplied, channels)
                    : plain(encoded, channels); // the header was wrong
        }
    }

    /// The image with its alpha channel. OpenCV does not rotate such images.
    private static Mat transparent(Mat encoded, boolean turned) {
        try (IntPointer kinds = new IntPointer(); MatVector metadata = new MatVector()) {
            Mat image = opencv_imgcodecs.imdecodeWithMetadata(
                    encoded, kinds, metadata, opencv_imgcodecs.IMREAD_UNCHANGED);
            for (int i = 0; turned && i < metadata.size(); i++) {
                if (kinds.get(i) == opencv_imgcodecs.IMAGE_METADATA_EXIF) {
                    turn(image, Orientation.ofExif(bytes(metadata.get(i))));
                }
            }
            return image;
        }
    }

    private static void turn(Mat image, Orientation orientation) {
        if (orientation.transposed()) {
            opencv_core.transpose(image, image);
        }
        if (orientation.mirrored()) {
            opencv_core.flip(image, image, 1);
        }
        if (orientation.upsideDown()) {
            opencv_core.flip(image, image, 0);
        }
    }

    private static Image middle(Mat image, int side) {
        ResizeAndCenterCrop resized = ResizeAndCenterCrop.of(image.cols(), image.rows(), side);
        int left = resized.cropLeft();
        int top = resized.cropTop();
        try (Rect within = new Rect(resized.left(), resized.top(), resized.width(), resized.height());
                Mat part = image.apply(within)) {
            if (resized.fits()) {
                return cut(part, left, top, side);
            }
            if (side > Math.min(resized.width(), resized.height())) {
                try (Mat grown = grown(part, resized.scaledWidth(), resized.scaledHeight())) {
                    return cut(grown, left, top, side);
                }
            }
            return new AreaResize(resized.width(), resized.height(), resized.scaledWidth(), resized.scaledHeight())
                    .part(memory(part), part.step(), part.channels(), left, top, side, side);
        }
    }

    private static Mat grown(Mat from, int width, int height) {
        Mat to = new Mat();
        try (Size size = new Size(width, height)) {
            opencv_imgproc.resize(from, to, size, 0, 0, opencv_imgproc.INTER_CUBIC);
        }
        return to;
    }

    private static Image cut(Mat image, int left, int top, int side) {
        try (Rect within = new Rect(left, top, side, side);
                Mat part = image.apply(within);
                Mat resized = part.clone()) {
            return image(resized);
        }
    }

    /// @param samples used for the image's samples if it is of their length
    private static Image image(Mat mat, byte... samples) {
        return new Image(mat.cols(), mat.rows(), mat.channels(), bytes(mat, samples));
    }

    private static byte[] bytes(Mat mat, byte... used) {
        int length = Math.toIntExact(mat.total() * mat.elemSize());
        byte[] bytes = used.length == length ? used : new byte[length];
        try (BytePointer data = mat.data()) {
            data.get(bytes);
        }
        return bytes;
    }

    /// Valid as long as the Mat.
    @SuppressWarnings("restricted") // the launcher and the tests enable native access, as JavaCPP needs it too
    private static MemorySegment memory(Mat mat) {
        try (BytePointer data = mat.data()) {
            long bytes = (mat.rows() - 1) * mat.step() + mat.cols() * mat.elemSize();
            return MemorySegment.ofAddress(data.address()).reinterpret(bytes);
        }
    }

    /// The end of OpenCV's message: `OpenCV(4.13.0) file.cpp:12: error: (-215:Assertion failed) why in function 'f'`.
    private static String reason(RuntimeException e) {
        String message = String.valueOf(e.getMessage()).strip();
        int start = message.indexOf("error: ");
        String reason = message.substring(start < 0 ? 0 : start + "error: ".length());
        return reason.lines().findFirst().orElse("no reason given");
    }
}
