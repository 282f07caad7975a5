package net.alexnet.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.AtomicFiles;

/// The images in a tar: where each one is and what it shows, in 20 bytes an image, so that the 1.28 million of
/// ILSVRC-2012 take 26 MB. Filled by one thread, then only read.
///
/// The tar is opened again for each image: that takes microseconds against milliseconds of decoding, shares nothing
/// between threads, and an interrupted thread cannot close it for the others.
final class TarSamples {
    private final Path tar;
    private final long changed;
    private long[] offsets = new long[1024];
    private int[] lengths = new int[1024];
    private int[] labels = new int[1024];
    private int[] numbers = new int[1024];
    private int size;

    TarSamples(Path tar) throws IOException {
        this.tar = tar;
        this.changed = Files.getLastModifiedTime(tar).toMillis();
    }

    /// Adds an image.
    ///
    /// @param number the one in the name of its file
    /// @throws DatasetException if the file is too large for an image
    void add(TarListing.Member file, int label, int number) throws DatasetException {
        if (file.size() > Integer.MAX_VALUE - 8) {
            throw new DatasetException(tar + " holds " + file.name() + " of " + file.size()
                    + " bytes, which is too large for an image");
        }
        if (size == offsets.length) {
            int capacity = size + size / 2;
            offsets = Arrays.copyOf(offsets, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
            labels = Arrays.copyOf(labels, capacity);
            numbers = Arrays.copyOf(numbers, capacity);
        }
        offsets[size] = file.offset();
        lengths[size] = (int) file.size();
        labels[size] = label;
        numbers[size] = number;
        size++;
    }

    int size() {
        return size;
    }

    int label(int index) {
        return labels[index];
    }

    int number(int index) {
        return numbers[index];
    }

    /// The samples as a list.
    ///
    /// @param name gives the name of an image by its index
    List<Sample> samples(IntFunction<String> name) {
        return ImageDataset.list(size, i -> new Sample(new Member(tar, changed, offsets[i], lengths[i]), labels[i],
                name.apply(i)));
    }

    /// An image in a tar.
    private record Member(Path tar, long changed, long offset, int length) implements Sample.Source {
        @Override
        public Content content() throws IOException, UnreadableImageException {
            Content.requireSize(length);
            byte[] bytes = new byte[length];
            try (InputStream in = Files.newInputStream(tar)) {
                in.skipNBytes(offset); // a seek
                if (in.readNBytes(bytes, 0, length) < length) {
                    throw new EOFException("it has been cut short");
                }
                return new Content.Encoded(bytes);
            } catch (IOException e) {
                throw new IOException("reading " + tar + " failed: " + AtomicFiles.reason(e), e);
            }
        }

        /// Made of the place of the image and the time of the tar's last change.
        @Override
        public long stamp() {
            return 31 * (31 * changed + offset) + length;
        }
    }
}
