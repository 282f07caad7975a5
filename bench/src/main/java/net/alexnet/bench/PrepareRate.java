package net.alexnet.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import net.alexnet.data.image.Encoding;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.torch.NativeLoader;
import net.alexnet.torch.OpenCvCodec;

/// How fast photographs are prepared, compared with Pillow: decode, resize by area, crop the center, store at quality 95; one
/// thread, in memory.
///
/// ```
/// java -cp bench/target/bench.jar net.alexnet.bench.PrepareRate FOLDER [PYTHON]
/// ```
public final class PrepareRate {
    private static final int SIDE = 256;
    private static final int WARM_UP = 2;
    private static final int ROUNDS = 7;

    private PrepareRate() {}

    /// Measures and prints.
    ///
    /// @param arguments a folder of photographs, and the Python that has Pillow and NumPy
    public static void main(String[] arguments) throws Exception {
        NativeLoader.configureProcess();
        Path folder = Path.of(arguments[0]);
        String python = arguments.length > 1 ? arguments[1] : "python3";
        List<byte[]> files = read(folder);
        Rates ours = new Rates("ours");
        Rates pillow = new Rates("Pillow");
        try (Peer peer = new Peer(python, "bench/peers/prepare.py", List.of(folder.toString(), "" + SIDE))) {
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                Peer.Round mine = round(files);
                Peer.Round theirs = peer.round();
                if (Math.abs(mine.check() - theirs.check()) > 0.5) {
                    throw new IllegalStateException("the sides do not agree: the mean of all samples is " + mine.check()
                            + " and " + theirs.check());
                }
                if (round >= 0) {
                    ours.add(mine.rate());
                    pillow.add(theirs.rate());
                } else {
                    System.out.printf(Locale.ROOT, "mean sample: ours %.3f, Pillow %.3f%n", mine.check(),
                            theirs.check());
                }
            }
        }
        System.out.println(ours);
        System.out.println(pillow);
        System.out.println(ours.over(pillow));
    }

    private static Peer.Round round(List<byte[]> files) throws UnreadableImageException {
        OpenCvCodec codec = new OpenCvCodec();
        List<byte[]> resizedImages = new ArrayList<>();
        long start = System.nanoTime();
        for (byte[] file : files) {
            resizedImages.add(codec.encode(codec.resizeAndCenterCrop(file, SIDE, 3), Encoding.PAPER));
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double sum = 0;
        for (byte[] resized : resizedImages) {
            Image picture = codec.decode(resized, 3);
            for (byte sample : picture.samples()) {
                sum += sample & 0xFF;
            }
        }
        return new Peer.Round(files.size() / seconds, sum / ((double) files.size() * SIDE * SIDE * 3));
    }

    private static List<byte[]> read(Path folder) throws IOException {
        List<byte[]> files = new ArrayList<>();
        try (Stream<Path> paths = Files.list(folder)) {
            for (Path path : paths.sorted().toList()) {
                files.add(Files.readAllBytes(path));
            }
        }
        return files;
    }
}
