package net.alexnet.train;

import module java.base;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.io.Hashes;

/// Fingerprints of a run's images, to detect that they have changed.
public final class DatasetFingerprint {
    private DatasetFingerprint() {}

    /// SHA-256 of the labels and names of images, in their order, in hexadecimal. Names are relative to the source, so a
    /// folder may be moved. Pixels are not part of it; a run also compares their mean, or [#of(PixelStatistics)].
    public static String of(ImageDataset... sets) {
        MessageDigest digest = Hashes.sha256();
        for (ImageDataset set : sets) {
            lines(set).forEach(line -> digest.update(line.getBytes(StandardCharsets.UTF_8)));
            digest.update((byte) 0);
        }
        return Hashes.hex(digest);
    }

    /// The same for one set, in any order.
    static String ofAnyOrder(ImageDataset set) {
        MessageDigest digest = Hashes.sha256();
        lines(set).sorted().forEach(line -> digest.update(line.getBytes(StandardCharsets.UTF_8)));
        return Hashes.hex(digest);
    }

    /// SHA-256 of the number of images, the mean and standard deviation of each channel, and the mean image, in hexadecimal.
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
