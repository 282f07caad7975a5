package net.alexnet.train;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.io.Hashes;

/// Tells whether a run's pictures are still those that it began with.
final class DatasetFingerprint {
    private DatasetFingerprint() {}

    /// SHA-256 over the labels and names of sets of pictures, in their order, as hexadecimal digits. Names count below their
    /// source, so that a folder may be moved; pixels do not, but a run compares their mean besides, or [#of(PixelStatistics)].
    static String of(ImageDataset... sets) {
        MessageDigest digest = Hashes.sha256();
        for (ImageDataset set : sets) {
            lines(set).forEach(line -> digest.update(line.getBytes(StandardCharsets.UTF_8)));
            digest.update((byte) 0);
        }
        return Hashes.hex(digest);
    }

    /// The same of one set, whatever its order.
    static String ofAnyOrder(ImageDataset set) {
        MessageDigest digest = Hashes.sha256();
        lines(set).sorted().forEach(line -> digest.update(line.getBytes(StandardCharsets.UTF_8)));
        return Hashes.hex(digest);
    }

    /// SHA-256 over the number of pictures, the means and deviations of their channels, and their mean image, as hexadecimal
    /// digits.
    static String of(PixelStatistics statistics) {
        MessageDigest digest = Hashes.sha256();
        String numbers = statistics.images() + " " + statistics.mean() + " " + statistics.std() + " "
                + Arrays.toString(statistics.meanImage().values());
        digest.update(numbers.getBytes(StandardCharsets.UTF_8));
        return Hashes.hex(digest);
    }

    private static Stream<String> lines(ImageDataset set) {
        return IntStream.range(0, set.size()).mapToObj(i -> set.label(i) + "\t" + set.name(i) + "\n");
    }
}
