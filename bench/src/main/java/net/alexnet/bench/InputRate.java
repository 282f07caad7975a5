package net.alexnet.bench;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.PreparedDataset;
import net.alexnet.data.image.ColorPca.Component;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Normalizer;
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.data.loader.Augmentation;
import net.alexnet.data.loader.DataLoader;
import net.alexnet.data.loader.EpochShuffle;
import net.alexnet.data.loader.PcaColorNoise;
import net.alexnet.data.loader.Rank;
import net.alexnet.data.loader.TrainingSampler;
import net.alexnet.io.AtomicFiles;
import net.alexnet.torch.NativeLoader;
import net.alexnet.torch.OpenCvCodec;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/// How fast prepared pictures become batches (decoding, random crop, mirroring, color noise, mean image, floats), compared
/// with OpenCV's decoding alone and with PyTorch's `ImageFolder` and `DataLoader` with the same number of workers.
///
/// ```
/// java -cp bench/target/bench.jar net.alexnet.bench.InputRate DATASET WORKERS [PYTHON]
/// ```
public final class InputRate {
    private static final int CROP = 224;
    private static final int BATCH = 128;
    private static final int DEPTH = 3;
    private static final int WARM_UP = 2;
    private static final int ROUNDS = 7;

    private InputRate() {}

    /// Measures and prints.
    ///
    /// @param arguments a dataset prepared at 256 pixels, the number of workers, and the Python that has torchvision
    public static void main(String[] arguments) throws Exception {
        NativeLoader.configureProcess();
        PreparedDataset dataset = PreparedDataset.open(Path.of(arguments[0]), new OpenCvCodec());
        int workers = Integer.parseInt(arguments[1]);
        Path work = Files.createTempDirectory("alexnet-input-rate");
        try {
            compare(dataset, workers, arguments.length > 2 ? Optional.of(arguments[2]) : Optional.empty(), work);
        } finally {
            AtomicFiles.deleteTree(work);
        }
    }

    private static void compare(PreparedDataset dataset, int workers, Optional<String> python, Path work)
            throws IOException, InterruptedException, UnreadableImageException {
        ImageDataset pictures = dataset.training();
        PixelStatistics statistics = dataset.statistics();
        Preprocessing preprocessing = new Preprocessing(3, dataset.preparation().side(), CROP, statistics.mean(), 1,
                Optional.of(statistics.meanImage().center(CROP)));
        PcaColorNoise noise = new PcaColorNoise(statistics.colorPca(), 0.1);
        Rates bare = new Rates("OpenCV's decoding alone, 1 thread");
        Rates one = new Rates("our loader, 1 worker");
        Rates many = new Rates("our loader, " + workers + " workers");
        Rates torch = new Rates("DataLoader, " + workers + " workers");
        double middle = middle(pictures, preprocessing);
        Optional<Peer> peer = python.isPresent()
                ? Optional.of(peer(python.get(), dataset, workers, work))
                : Optional.empty();
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            boolean counts = round >= 0;
            add(bare, bare(pictures), counts);
            add(one, feed(pictures, preprocessing, noise, 1), counts);
            add(many, feed(pictures, preprocessing, noise, workers), counts);
            if (peer.isPresent()) {
                Peer.Round theirs = peer.get().round();
                if (Math.abs(theirs.check() / middle - 1) > 1e-3) {
                    throw new IllegalStateException(
                            "the sides do not agree: the mean square of the middle views' values is "
                                    + middle + " and " + theirs.check());
                }
                add(torch, theirs.rate(), counts);
                if (round == -WARM_UP) {
                    System.out.printf(Locale.ROOT, "mean square of the middle views' values: ours %.3f, theirs %.3f%n",
                            middle,
                            theirs.check());
                }
            }
        }
        for (Rates rates : List.of(bare, one, many)) {
            System.out.println(rates);
        }
        System.out.println(one.over(bare));
        if (peer.isPresent()) {
            System.out.println(torch);
            System.out.println(many.over(torch));
            peer.get().close();
        }
    }

    private static void add(Rates rates, double rate, boolean counts) {
        if (counts) {
            rates.add(rate);
        }
    }

    /// Decodes from native memory into a picture that is reused.
    private static double bare(ImageDataset pictures) throws IOException, UnreadableImageException {
        List<byte[]> files = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            files.add(pictures.source(i).content().bytes());
        }
        long nanos = 0;
        opencv_core.setNumThreads(1);
        try (Mat decoded = new Mat()) {
            for (byte[] file : files) {
                try (BytePointer bytes = new BytePointer(file);
                        Mat encoded = new Mat(1, file.length, opencv_core.CV_8UC1, bytes)) {
                    long start = System.nanoTime();
                    opencv_imgcodecs.imdecode(encoded, opencv_imgcodecs.IMREAD_COLOR_RGB, decoded);
                    nanos += System.nanoTime() - start;
                }
            }
        }
        return files.size() * 1e9 / nanos;
    }

    /// The rate over about an epoch. Buffers are allocated and touched before the clock starts.
    private static double feed(ImageDataset pictures, Preprocessing preprocessing, PcaColorNoise noise, int workers)
            throws IOException, InterruptedException {
        TrainingSampler plan = new TrainingSampler(
                new TrainingSampler.Pictures(pictures.size(), preprocessing.resize(), CROP, EpochShuffle.WHOLE),
                BATCH,
                new Augmentation(true, 1, true, Optional.of(noise)),
                1,
                Rank.SOLO,
                0,
                0);
        try (DataLoader feed = new DataLoader(pictures, preprocessing, plan, BATCH, workers, DEPTH)) {
            for (int i = 0; i < 2 * (DEPTH + 1); i++) {
                feed.next();
            }
            long start = System.nanoTime();
            int count = 0;
            while (count < pictures.size()) {
                count += feed.next().count();
            }
            return count * 1e9 / (System.nanoTime() - start);
        }
    }

    private static double middle(ImageDataset pictures, Preprocessing preprocessing) throws UnreadableImageException {
        Normalizer writer = new Normalizer(preprocessing);
        float[] values = new float[writer.valuesPerView()];
        Crop view = Crop.center(preprocessing.resize(), CROP);
        double sum = 0;
        for (int i = 0; i < pictures.size(); i++) {
            writer.write(pictures.source(i).image(new byte[0]), view, MemorySegment.ofArray(values), 0);
            double ofPicture = 0;
            for (float value : values) {
                ofPicture += (double) value * value;
            }
            sum += ofPicture / values.length;
        }
        return sum / pictures.size();
    }

    /// Writes the same pictures as files in class folders, and the statistics as NumPy arrays.
    private static Peer peer(String python, PreparedDataset dataset, int workers, Path work)
            throws IOException, UnreadableImageException {
        ImageDataset pictures = dataset.training();
        Path folder = work.resolve("pictures");
        for (int i = 0; i < pictures.size(); i++) {
            Path ofClass = folder.resolve("class-" + pictures.label(i));
            Files.createDirectories(ofClass);
            Files.write(ofClass.resolve(i + ".jpg"), pictures.source(i).content().bytes());
        }
        PixelStatistics statistics = dataset.statistics();
        int side = dataset.preparation().side();
        Path mean = work.resolve("mean.npy");
        array(mean, statistics.meanImage().values(), side, side, 3);
        List<Component> components = statistics.colorPca().components();
        float[] colorPca = new float[9];
        for (int k = 0; k < 3; k++) {
            for (int c = 0; c < 3; c++) {
                colorPca[3 * k + c] = (float) (components.get(k).std() * components.get(k).vector().get(c));
            }
        }
        Path color = work.resolve("colors.npy");
        array(color, colorPca, 3, 3);
        return new Peer(python, "bench/peers/input.py",
                List.of(folder.toString(), "" + CROP, "" + workers, "" + BATCH, mean.toString(), color.toString()));
    }

    /// Version 1.0 of NumPy's format, float32 in C order.
    private static void array(Path file, float[] values, int... shape) throws IOException {
        StringBuilder extents = new StringBuilder();
        for (int extent : shape) {
            extents.append(extent).append(", ");
        }
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + extents + ")}";
        header += " ".repeat(63 - (10 + header.length()) % 64) + "\n";
        ByteBuffer bytes = ByteBuffer.allocate(10 + header.length() + values.length * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0);
        bytes.putShort((short) header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
        for (float value : values) {
            bytes.putFloat(value);
        }
        Files.write(file, bytes.array());
    }
}
