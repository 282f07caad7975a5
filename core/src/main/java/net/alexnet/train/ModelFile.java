package net.alexnet.train;

import module java.base;
import net.alexnet.data.OrderedWork;
import net.alexnet.inference.FeatureKey;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelImporter;
import net.alexnet.io.DidYouMean;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Backend;

/// A trained model as a user names it: a run's folder, one of its checkpoints, a `.safetensors` file, or whatever a
/// [ModelImporter] on the path reads: another framework's file, the name of a published model.
public final class ModelFile {
    /// Which of a run's checkpoints is meant.
    public enum Which {
        /// The checkpoint with the lowest validation error. That error is optimistic, because it selected the checkpoint.
        BEST,
        /// The newest checkpoint, a run's result.
        LAST
    }

    private final FutureTask<Model.Stored> opened;

    private ModelFile(FutureTask<Model.Stored> opened) {
        this.opened = opened;
    }

    /// Finds a model and starts to read it on a thread of its own.
    ///
    /// @param which of a run's checkpoints
    /// @throws IOException if there is no such model
    public static ModelFile find(Path path, Which which) throws IOException {
        FutureTask<Model.Stored> opened;
        if (isFile(path)) {
            opened = new FutureTask<>(() -> read(path));
        } else if (isImportable(path)) { // also a folder that a file was unpacked to, to be told so
            opened = new FutureTask<>(() -> imported(path));
        } else if (!Files.exists(path)) {
            throw new IOException("there is no model at " + path + "; expected a run, one of its checkpoints, a file of"
                    + " weights or the name of a published model"
                    + (isName(path) ? " (./alexnet pull): " + String.join(", ", published()) : "")
                    + didYouMean(path));
        } else {
            RunCheckpoint last = RunCheckpoint.last(path);
            RunCheckpoint checkpoint = which == Which.BEST ? RunCheckpoint.best(path) : last;
            opened = new FutureTask<>(() -> Model.read(checkpoint.modelFile()));
        }
        Thread.ofPlatform().daemon().name("model").start(opened);
        return new ModelFile(opened);
    }

    /// Whether a path names a file of weights, and not a run. (`latest` is a text file where there are no links.)
    static boolean isFile(Path path) {
        return Files.isRegularFile(path) && !path.endsWith("latest");
    }

    /// Whether an importer on the path reads this file, or knows a published model of this name.
    public static boolean isImportable(Path path) {
        return ModelImporter.installed().stream().anyMatch(importer -> importer.reads(path));
    }

    private static Model.Stored read(Path path) throws IOException {
        try {
            return Model.read(path);
        } catch (WeightFileException e) {
            List<ModelImporter> importers = ModelImporter.installed();
            if (importers.isEmpty() && path.toString().endsWith(".safetensors")) {
                throw e;
            }
            if (importers.isEmpty()) {
                throw new WeightFileException(path, "not a .safetensors file. To read files of PyTorch, Caffe,"
                        + " ONNX and Keras, add the module alexnet-interop to the class path", e);
            }
            if (!isImportable(path) && !didYouMean(path).isEmpty()) {
                throw new WeightFileException(path, "is a file, but not of weights" + didYouMean(path), e);
            }
            return importers.getFirst().open(path); // if it is no weights, the failure says what it is
        }
    }

    /// Whether a path may be meant as the name of a published model.
    private static boolean isName(Path path) {
        return path.getNameCount() == 1 && !path.isAbsolute() && path.toString().indexOf('.') < 0;
    }

    private static List<String> published() {
        return ModelImporter.installed().stream().flatMap(importer -> importer.published().stream()).toList();
    }

    /// A question that names the published model which may be meant by a path; empty if none is near.
    private static String didYouMean(Path path) {
        if (!isName(path)) {
            return "";
        }
        String given = path.toString();
        return published().stream().filter(name -> name.contains(given)).findFirst()
                .or(() -> DidYouMean.to(given, published()))
                .map(name -> ". Did you mean the published model " + name + "?").orElse("");
    }

    private static Model.Stored imported(Path path) throws IOException {
        return ModelImporter.installed().stream().filter(importer -> importer.reads(path)).findFirst()
                .orElseThrow(() -> new IOException("no importer reads " + path)).open(path);
    }

    /// The hash of the model's first layers, see [FeatureKey#layers].
    ///
    /// @param end how many rows of the network
    public String layers(int end) throws IOException {
        return FeatureKey.layers(stored().weights(), stored().card().network().architecture(), end);
    }

    /// Puts the model on a backend.
    public Model open(Backend backend) throws IOException {
        return stored().on(backend);
    }

    /// Waits until the file has been read; every byte of a run's checkpoint has been checked then.
    public Model.Stored stored() throws IOException {
        try {
            return OrderedWork.result(opened);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the model was read", e);
        }
    }
}
