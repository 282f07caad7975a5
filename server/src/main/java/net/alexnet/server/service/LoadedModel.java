package net.alexnet.server.service;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.inference.ModelCard;
import net.alexnet.inference.Predictor;
import net.alexnet.inference.Views;
import net.alexnet.io.Hashes;
import net.alexnet.train.ModelFile;
import net.alexnet.train.OpenModel;

/// A model in memory, on an engine of its own, which frees the model's memory when it is closed.
final class LoadedModel implements AutoCloseable {
    private final OpenModel model;
    private final Map<Views, Predictor> predictors = new EnumMap<>(Views.class);
    private final Future<String> hash;
    private final boolean computesOnAllCores;

    private LoadedModel(OpenModel model, int threads, Future<String> hash) {
        this.model = model;
        this.hash = hash;
        this.computesOnAllCores = threads >= Runtime.getRuntime().availableProcessors()
                && model.backend().computeEnvironment().device().equals("cpu");
        for (Views views : Views.values()) {
            predictors.put(views, model.predictor(views));
        }
    }

    /// Loads a model. This is the one place of the service that opens an engine.
    ///
    /// @param state of the source, from before this call
    /// @param settings whose device, threads and precision are used
    /// @throws IOException if there is no such model, or its file is damaged
    static LoadedModel open(ModelSource source, ModelSource.FileState state, ServiceSettings settings)
            throws IOException {
        ModelFile file = source.open(); // is read while the engine loads
        FutureTask<String> hash = new FutureTask<>(() -> hash(source, state, file));
        LoadedModel model = new LoadedModel(
                OpenModel.of(file, settings.device(), settings.threads(), settings.precision()),
                settings.threads(), hash);
        Thread.ofPlatform().daemon().name("hash").start(hash);
        return model;
    }

    /// @throws IOException if the file was replaced since it was looked at, so that this may not be the hash of what was read
    private static String hash(ModelSource source, ModelSource.FileState state, ModelFile file) throws IOException {
        Optional<Path> weights = source.file();
        String hash = weights.isPresent()
                ? Hashes.hex(weights.get())
                : file.layers(file.stored().card().network().architecture().rows().size());
        if (!source.fileState().equals(state)) {
            throw new IOException("the file was replaced while it was read");
        }
        return hash;
    }

    ModelCard card() {
        return model.card();
    }

    /// Of the file; of the weights where the model is known by a name only. 64 hexadecimal digits.
    String sha256() {
        try {
            return hash.get();
        } catch (ExecutionException e) {
            return "unknown"; // the file was replaced while it was read: it will be loaded again
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }

    /// What computes, in a line for a log.
    String engine() {
        return model.backend().describe();
    }

    /// Whether a batch leaves no core to other work.
    boolean computesOnAllCores() {
        return computesOnAllCores;
    }

    /// Decodes a picture as the library does.
    Image decode(byte[] file) throws UnreadableImageException {
        return model.decode(file);
    }

    /// Computes a batch.
    List<float[]> compute(BatchKey key, List<Image> images) {
        Predictor predictor = Objects.requireNonNull(predictors.get(key.views()));
        return key.layer().isPresent()
                ? predictor.features(images, key.layer().get())
                : predictor.probabilities(images);
    }

    /// Computes the probabilities of a black picture.
    void computeBlack() {
        Preprocessing reads = card().preprocessing();
        Image black = new Image(reads.resize(), reads.resize(), reads.channels(),
                new byte[reads.resize() * reads.resize() * reads.channels()]);
        var _ = compute(new BatchKey(Views.CENTER, Optional.empty()), List.of(black));
    }

    @Override
    public void close() {
        model.close();
    }
}
