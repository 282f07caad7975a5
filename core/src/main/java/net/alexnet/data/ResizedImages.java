package net.alexnet.data;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.Hashes;
import org.jspecify.annotations.Nullable;

/// Resizes and center-crops the images of a dataset to one size, and remembers which of them cannot be read.
///
/// There are two ways to deal with an unreadable image. [#read] reads all images once, and [#readable] then leaves the
/// unreadable ones out: for images that are used several times. [#imagesOrBlack] gives a black image in place of an
/// unreadable one, and [#reason] tells of it afterwards: for a single pass, where every image keeps its index.
public final class ResizedImages {
    /// The content id of an image that cannot be read.
    public static final String UNREADABLE = "";

    private static final int CHUNK = 64; // images to a task: few enough to stop soon

    private final ImageDataset source;
    private final ImageCodec codec;
    private final int side;
    private final int channels;
    private final AtomicReferenceArray<@Nullable Image> held; // empty if they would not fit
    private final AtomicReferenceArray<@Nullable String> reasons;
    private final AtomicReferenceArray<@Nullable String> contents;

    /// Reads nothing yet.
    ///
    /// @param side of the resized images, in pixels
    /// @param channels of the resized images, 1 or 3
    /// @param budget bytes of heap for resized images. If all of them fit they stay in memory once they are made;
    ///     otherwise each is made again whenever it is asked for
    public ResizedImages(ImageDataset source, ImageCodec codec, int side, int channels, long budget) {
        this.source = source;
        this.codec = codec;
        this.side = side;
        this.channels = channels;
        long bytes = (long) source.size() * side * side * channels;
        this.held = new AtomicReferenceArray<>(bytes <= budget ? source.size() : 0);
        this.reasons = new AtomicReferenceArray<>(source.size());
        this.contents = new AtomicReferenceArray<>(source.size());
    }

    /// A quarter of the heap: a training and a validation set together leave half of the heap for everything else.
    public static long defaultBudget() {
        return Runtime.getRuntime().maxMemory() / 4;
    }

    /// Is told of the progress of [#read], on the thread that called it.
    @FunctionalInterface
    public interface Progress {
        void report(int done, int total);
    }

    /// Is shown every image that [#read] can read, by many threads at a time.
    @FunctionalInterface
    public interface Viewer {
        void see(int index, Image image);
    }

    /// How many images the source has.
    public int size() {
        return source.size();
    }

    /// All images, resized. Asking for an unreadable one fails.
    public ImageDataset images() {
        return images(false);
    }

    /// All images, resized, with a black image in place of each that cannot be read.
    public ImageDataset imagesOrBlack() {
        return images(true);
    }

    private ImageDataset images(boolean orBlack) {
        List<Sample> images = ImageDataset.list(
                source.size(), i -> source.samples().get(i).with(new Resized(i, source.source(i), orBlack)));
        return new ImageDataset(source.classes(), held.length() > 0 ? List.copyOf(images) : images);
    }

    /// The resized images that [#read] could read, in the order of the source.
    ///
    /// @throws DatasetException if there were images but none could be read
    public ImageDataset readable() throws DatasetException {
        ImageDataset readable = images().subset(i -> reasons.get(i) == null);
        if (readable.size() == 0 && source.size() > 0) {
            throw new DatasetException("none of the " + source.size() + " files can be read as an image; the first, "
                    + rejected().getFirst());
        }
        return readable;
    }

    /// An image in its new size. Its content is still that of the source.
    private final class Resized implements Sample.Source {
        private final int index;
        private final Sample.Source original;
        private final boolean orBlack;

        Resized(int index, Sample.Source original, boolean orBlack) {
            this.index = index;
            this.original = original;
            this.orBlack = orBlack;
        }

        @Override
        public Content content() throws IOException, UnreadableImageException {
            return original.content();
        }

        @Override
        public long stamp() {
            return original.stamp();
        }

        @Override
        public Image image(byte[] buffer) throws UnreadableImageException {
            try {
                return resized(index, orBlack);
            } catch (UnreadableImageException e) {
                if (!orBlack) {
                    throw e;
                }
                return new Image(side, side, channels, new byte[side * side * channels]);
            }
        }
    }

    /// Two threads that ask for the same image for the first time both make it.
    private Image resized(int index, boolean withContentId) throws UnreadableImageException {
        Image known = held.length() == 0 ? null : held.get(index);
        if (known != null) {
            return known;
        }
        try {
            Content content = source.source(index).content();
            if (withContentId) {
                contents.set(index, contentId(content.bytes()));
            }
            Image resized = content.resized(codec, side, channels);
            if (held.length() > 0) {
                held.set(index, resized);
            }
            return resized;
        } catch (IOException | UnreadableImageException e) {
            UnreadableImageException unreadable = Content.unreadable(e);
            reasons.set(index, String.valueOf(unreadable.getMessage()));
            throw unreadable;
        }
    }

    /// Reads every image once.
    ///
    /// @param workers how many threads read and decode
    /// @param stop asked now and then whether to give up
    /// @return the statistics of the images that can be read; empty if it was stopped
    /// @throws InterruptedException if the calling thread is interrupted; every worker has ended then
    public Optional<PixelStatistics> read(int workers, Progress progress, BooleanSupplier stop)
            throws InterruptedException {
        return read(workers, progress, stop, (_, _) -> {});
    }

    /// As [#read(int, Progress, BooleanSupplier)], and shows each image to a viewer.
    public Optional<PixelStatistics> read(int workers, Progress progress, BooleanSupplier stop, Viewer viewer)
            throws InterruptedException {
        PixelStatistics.Accumulator sums = new PixelStatistics.Accumulator(side, channels);
        progress.report(0, source.size());
        try (OrderedWork<PixelStatistics.Accumulator> work = new OrderedWork<>(
                0, Math.ceilDiv(source.size(), CHUNK), workers, 2 * workers,
                chunk -> read(chunk, viewer))) {
            for (long done = CHUNK; work.hasNext(); done += CHUNK) {
                if (stop.getAsBoolean()) {
                    return Optional.empty();
                }
                sums.add(work.next());
                progress.report((int) Math.min(done, source.size()), source.size());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the work throws none
        }
        return Optional.of(sums.statistics());
    }

    private PixelStatistics.Accumulator read(int chunk, Viewer viewer) {
        PixelStatistics.Accumulator sums = new PixelStatistics.Accumulator(side, channels);
        long end = Math.min(source.size(), (chunk + 1L) * CHUNK);
        for (int i = chunk * CHUNK; i < end && !Thread.currentThread().isInterrupted(); i++) {
            try {
                Image image = resized(i, false);
                sums.add(image);
                viewer.see(i, image);
            } catch (UnreadableImageException e) {
                // noted among the reasons
            }
        }
        return sums;
    }

    /// Whether an image can be read now.
    public boolean canRead(int index) {
        try {
            resized(index, false);
            return true;
        } catch (UnreadableImageException e) {
            return false;
        }
    }

    /// Why an image that was asked for could not be read; null if it could.
    public @Nullable String reason(int index) {
        return reasons.get(index);
    }

    /// The images that were asked for and could not be read, in the order of the source.
    public List<RejectedImage> rejected() {
        return IntStream.range(0, source.size()).filter(i -> reasons.get(i) != null)
                .mapToObj(i -> new RejectedImage(source.name(i), String.valueOf(reasons.get(i)))).toList();
    }

    /// The content id of an image that was asked for by [#imagesOrBlack], or [#UNREADABLE].
    public String contentId(int index) {
        return Objects.requireNonNullElse(contents.get(index), UNREADABLE);
    }

    /// The content id of an image of any dataset, or [#UNREADABLE].
    public static String contentId(ImageDataset images, int index) {
        try {
            return contentId(images.source(index).content().bytes());
        } catch (IOException | UnreadableImageException e) {
            return UNREADABLE;
        }
    }

    /// Identifies the bytes of an image: the first 128 bits of their SHA-256, in hexadecimal.
    public static String contentId(byte[] bytes) {
        return Hashes.hex(bytes).substring(0, 32);
    }
}
