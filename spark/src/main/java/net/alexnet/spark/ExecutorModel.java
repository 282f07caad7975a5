package net.alexnet.spark;

import module java.base;
import net.alexnet.Options;
import net.alexnet.data.Content;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.inference.Engines;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.inference.Model;
import net.alexnet.inference.Predictor;
import net.alexnet.inference.Views;
import net.alexnet.io.RegularFile;
import net.alexnet.tensor.Backend;
import net.alexnet.train.ModelFile;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;

/// A model that all tasks of an executor share. Tasks decode pictures at the same time; the network runs for one of them at a
/// time, with all threads.
///
/// @param predictor may be used by all tasks
record ExecutorModel(Predictor predictor) {
    /// Loaded models. They stay until the executor ends.
    private static final Map<Key, ExecutorModel> LOADED = new HashMap<>();

    /// A model file that is replaced is another model.
    private record Key(Path path, FileTime changed) {}

    /// A picture that cannot be read.
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        Unreadable(String reason) {
            super(reason);
        }

        String reason() {
            return String.valueOf(getMessage());
        }
    }

    /// The model of this executor, loaded by the first task that asks.
    ///
    /// @param name of a file that was sent along with the job, else whatever `ImageClassifier.load` takes
    /// @throws IOException if there is no such model, or its file is damaged
    static synchronized ExecutorModel of(String name) throws IOException {
        JavaVersion.require();
        Path path = find(name);
        Key key = Files.exists(path)
                ? new Key(path.toRealPath(), Files.getLastModifiedTime(path))
                : new Key(path, FileTime.fromMillis(0));
        ExecutorModel model = LOADED.get(key);
        if (model == null) {
            model = load(path);
            LOADED.put(key, model);
        }
        return model;
    }

    private static Path find(String name) {
        Path sent = Path.of(SparkFiles.get(name));
        return Files.exists(sent) ? sent : Path.of(name);
    }

    private static ExecutorModel load(Path path) throws IOException {
        Options options = Options.defaults();
        int threads = SparkEnv.get().conf().getInt("spark.executor.cores", options.threads());
        ModelFile file = ModelFile.find(path, options.checkpoint()); // is read while the engine loads
        Backend backend = Engines.openForInference(options.device(), threads, options.precision());
        try {
            Model model = file.open(backend);
            return new ExecutorModel(new Predictor(model, Views.CENTER, Engines.find().codec()));
        } catch (IOException | RuntimeException | Error e) {
            backend.close();
            throw e;
        }
    }

    /// The names of the classes; the n-th probability is the n-th name's.
    List<String> labels() {
        return predictor.model().card().classes();
    }

    /// Decodes the bytes of a picture file.
    Image decode(byte[] file) throws Unreadable {
        Preprocessing preprocessing = predictor.model().card().preprocessing();
        ImageCodec codec = predictor.codec();
        try {
            return codec.resizeAndCenterCrop(file, preprocessing.resize(), preprocessing.channels());
        } catch (UnreadableImageException e) {
            throw new Unreadable(String.valueOf(e.getMessage()));
        }
    }

    /// Decodes a picture file that this executor reads.
    ///
    /// @param path a plain path, or a URI `file:`
    Image read(String path) throws Unreadable {
        try {
            Path file = path.startsWith("file:") ? Path.of(URI.create(path)) : Path.of(path);
            Content.requireSize(RegularFile.size(file));
            return decode(RegularFile.read(file, (int) Content.MAX_BYTES));
        } catch (UnreadableImageException e) {
            throw new Unreadable(String.valueOf(e.getMessage()));
        } catch (NoSuchFileException e) {
            throw new Unreadable("there is no such file");
        } catch (AccessDeniedException e) {
            throw new Unreadable("the file may not be read");
        } catch (IOException | IllegalArgumentException e) {
            throw new Unreadable(String.valueOf(e.getMessage()));
        }
    }

    /// The probability of every class for each picture.
    List<float[]> probabilities(List<Image> images) {
        return predictor.probabilities(images);
    }

    /// A layer's outputs for each picture.
    List<float[]> features(List<Image> images, String layer) {
        return predictor.features(images, FeatureLayer.of(predictor.model().network().architecture(), layer));
    }
}
