package net.alexnet;

import java.awt.image.BufferedImage;
import module java.base;
import net.alexnet.data.AllImages;
import net.alexnet.data.Content;
import net.alexnet.data.OrderedWork;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.ResizeAndCenterCrop;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.inference.ModelCard;
import net.alexnet.inference.Predictor;
import net.alexnet.io.RegularFile;
import net.alexnet.train.ModelFile;
import net.alexnet.train.OpenModel;
import org.jspecify.annotations.Nullable;

/// A trained model, ready to classify pictures and to compute their features.
///
/// ```java
/// try (ImageClassifier classifier = ImageClassifier.load(Path.of("runs/latest"))) {
///     Classification c = classifier.classify(Path.of("cat.jpg"));
///     System.out.println(c.best().label() + " " + c.top(5));
/// }
/// ```
///
/// **Pictures** may have any size and any format that the codec knows (JPEG, PNG, WebP, TIFF, BMP, GIF and others). Each is
/// turned upright by its EXIF orientation, resized and cropped as the model was trained (§2 of the paper), and transparent
/// pixels are laid over white.
///
/// **Threads.** Any number of threads may use one classifier. Pictures are decoded on the calling threads; the network runs for
/// one call at a time.
///
/// **Numbers.** On a CPU and in float32, a picture's answer depends on the picture, the model and the views alone: a JVM with
/// and without the module `jdk.incubator.vector`, any number of threads and any batch give the same bits, and so do the
/// program and its service. GPUs may round differently.
public final class ImageClassifier implements AutoCloseable {
    /// Views that go through the network at a time.
    private static final int BATCH = 32;

    private final OpenModel model;
    private final Options options;
    private final Predictor predictor;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(); // close() writes, all calls read
    private boolean closed;

    private ImageClassifier(OpenModel model, Options options) {
        this.model = model;
        this.options = options;
        this.predictor = model.predictor(options.chosenViews());
    }

    /// Takes what becomes of each file.
    @FunctionalInterface
    public interface Results {
        /// The files are found, and none is classified yet.
        ///
        /// @param files how many there are
        default void found(int files) {}

        /// A file was classified.
        void classified(Path file, Classification classification) throws IOException;

        /// A file could not be read. Unless overridden, this ends the call with the failure.
        ///
        /// @param failure an [ImageReadException] if there is no such file, or it is not a picture
        default void failed(Path file, IOException failure) throws IOException {
            throw failure;
        }
    }

    /// Loads a model with [Options#defaults()]. If layers of it have no trained weights, as in a file of convolutions only,
    /// it gives features of the layers before them, and refuses to classify; [ModelCard#untrained] lists these layers.
    ///
    /// @param model a run's folder such as `runs/latest`, one of its checkpoints, a `.safetensors` file, or, with the module
    ///     alexnet-interop on the path, a `.pth`, `.onnx`, `.keras` or `.caffemodel` file or the name of a downloaded model
    /// @throws IOException if there is no such model, or its file is damaged
    /// @throws net.alexnet.tensor.BackendException if there is no engine on the path, or it does not load
    public static ImageClassifier load(Path model) throws IOException {
        return load(model, Options.defaults());
    }

    /// Loads a model. See [#load(Path)].
    ///
    /// @throws IllegalArgumentException if the machine does not have the device of the options
    public static ImageClassifier load(Path model, Options options) throws IOException {
        return new ImageClassifier(OpenModel.of(ModelFile.find(model, options.checkpoint()), options.device(),
                options.threads(), options.precision()), options);
    }

    /// The names of the classes; the network's n-th output is the n-th name.
    public List<String> labels() {
        return model.card().classes();
    }

    /// What the model file says of itself: network, classes, preprocessing, origin.
    public ModelCard card() {
        return model.card();
    }

    /// The probability below which a picture is unlike all classes: for 5 % of the validation pictures that the model
    /// classified right at the end of its training, the most probable class is less probable. Empty for models that this
    /// library did not train.
    public OptionalDouble unsureBelow() {
        return model.unsureBelow();
    }

    /// What computes, in a line for a log: engine, device, threads.
    public String describe() {
        return model.backend().describe();
    }

    // --- classes ---------------------------------------------------------------------------------------------------

    /// Classifies a picture file.
    ///
    /// @throws ImageReadException if it is not a readable picture, or there is no such file
    /// @throws IOException if the file cannot be read
    public Classification classify(Path file) throws IOException {
        return classify(read(file));
    }

    /// Classifies the bytes of a picture file.
    ///
    /// @throws ImageReadException if they are not a readable picture
    public Classification classify(byte[] file) throws IOException {
        return classify(decode("the given bytes", file));
    }

    /// Classifies a picture file that is read from a stream to its end; the stream is not closed.
    ///
    /// @throws ImageReadException if it is not a readable picture
    /// @throws IOException if the stream cannot be read
    public Classification classify(InputStream file) throws IOException {
        return classify(decode("the stream", file.readAllBytes()));
    }

    /// Classifies a decoded picture of any type and size.
    public Classification classify(BufferedImage image) {
        return classify(convert(image));
    }

    private Classification classify(Image image) {
        return new Classification(labels(), open(() -> predictor.probabilities(List.of(image))).getFirst(),
                unsureBelow());
    }

    /// Classifies many files, which are decoded in parallel and go through the network in batches.
    ///
    /// @param paths files, and folders, which stand for all files in them and below as [Training] finds them
    /// @return one for each file, in their order
    /// @throws IOException if one of them cannot be read; [#classifyEach] can leave it out
    public List<Classification> classifyAll(List<Path> paths) throws IOException {
        List<Classification> all = new ArrayList<>();
        classifyEach(paths, (_, classification) -> all.add(classification));
        return all;
    }

    /// Classifies any number of files, decoded in parallel and in batches, and hands over each result as soon as it is there.
    ///
    /// @param paths as for [#classifyAll]
    /// @param results called on this thread, in the order of the files
    /// @throws IOException if a folder has no files, or if `results` throws one, as it does by default for an unreadable file
    public void classifyEach(List<Path> paths, Results results) throws IOException {
        List<Path> files = files(paths);
        results.found(files.size());
        int size = Math.ceilDiv(BATCH, options.views());
        try (OrderedWork<Decoded> work = new OrderedWork<>(0, files.size(), options.threads(), 2 * size,
                i -> decoded(files.get(i)))) {
            while (work.hasNext()) {
                List<Decoded> batch = new ArrayList<>();
                while (batch.size() < size && work.hasNext()) {
                    batch.add(work.next());
                }
                classify(batch, results);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while pictures were classified");
        }
    }

    private static List<Path> files(List<Path> paths) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path path : paths) {
            files.addAll(Files.isDirectory(path) ? AllImages.files(path) : List.of(path));
        }
        if (files.isEmpty() && !paths.isEmpty()) {
            throw new IOException("there are no files in "
                    + paths.stream().map(Path::toString).collect(Collectors.joining(", ")));
        }
        return files;
    }

    /// A file, and either its picture or why there is none.
    private record Decoded(Path file, @Nullable Image image, @Nullable IOException failure) {}

    private Decoded decoded(Path file) {
        try {
            return new Decoded(file, read(file), null);
        } catch (IOException e) {
            return new Decoded(file, null, e);
        }
    }

    private void classify(List<Decoded> batch, Results results) throws IOException {
        List<Image> images = batch.stream().flatMap(one -> Stream.ofNullable(one.image())).toList();
        List<float[]> probabilities = images.isEmpty() ? List.of() : open(() -> predictor.probabilities(images));
        int row = 0;
        for (Decoded one : batch) {
            if (one.failure() != null) {
                results.failed(one.file(), one.failure());
            } else {
                results.classified(one.file(), new Classification(labels(), probabilities.get(row++), unsureBelow()));
            }
        }
    }

    // --- features --------------------------------------------------------------------------------------------------

    /// The output of a layer for a picture file, such as `fc7`, whose outputs the paper compares in figure 4.
    ///
    /// @param layer as [FeatureLayer] names it: `conv1` to `fc8` with the activation that follows, `pool5`, `norm1`, `softmax`
    /// @return the layer's values, `(C, H, W)` in row-major order where they are maps
    /// @throws IllegalArgumentException if the network has no such layer; the message lists its layers
    /// @throws IOException as [#classify(Path)]
    public float[] features(Path file, String layer) throws IOException {
        return features(read(file), layer);
    }

    /// The output of a layer for the bytes of a picture file. See [#features(Path, String)].
    public float[] features(byte[] file, String layer) throws IOException {
        return features(decode("the given bytes", file), layer);
    }

    /// The output of a layer for a decoded picture. See [#features(Path, String)].
    public float[] features(BufferedImage image, String layer) {
        return features(convert(image), layer);
    }

    private float[] features(Image image, String layer) {
        FeatureLayer wanted = FeatureLayer.of(model.model().network().architecture(), layer);
        return open(() -> predictor.features(List.of(image), wanted)).getFirst();
    }

    // --- pictures --------------------------------------------------------------------------------------------------

    private Image read(Path file) throws IOException {
        byte[] bytes;
        try {
            Content.requireSize(RegularFile.size(file));
            bytes = RegularFile.read(file, (int) Content.MAX_BYTES);
        } catch (UnreadableImageException e) {
            throw new ImageReadException(file.toString(), String.valueOf(e.getMessage()), e);
        } catch (NoSuchFileException e) {
            throw new ImageReadException(file.toString(), "there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new ImageReadException(file.toString(), "the file may not be read", e);
        }
        return decode(file.toString(), bytes);
    }

    private Image decode(String name, byte[] file) throws ImageReadException {
        try {
            return model.decode(file);
        } catch (UnreadableImageException e) {
            throw new ImageReadException(name, String.valueOf(e.getMessage()), e);
        }
    }

    private Image convert(BufferedImage image) {
        Preprocessing preprocessing = model.card().preprocessing();
        return ResizeAndCenterCrop.middle(
                Pixels.of(image).withChannels(preprocessing.channels()), preprocessing.resize(), model.codec());
    }

    // --- the engine ------------------------------------------------------------------------------------------------

    private <T> T open(Supplier<T> work) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("this classifier is closed");
            }
            return work.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    /// Waits until no call uses the network, and frees its memory. Calls after that throw [IllegalStateException]; a second
    /// close does nothing.
    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                model.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
