package net.alexnet.train;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.inference.Engines;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.inference.Predictor;
import net.alexnet.inference.Views;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;

/// A model on a backend of its own for forward passes, which frees the model's memory when it is closed. Several threads
/// may use it; the backend computes for one of them at a time.
///
/// @param unsureBelow the probability below which a picture is unlike all classes; empty for models that this library did
///     not train
/// @param codec decodes pictures
public record OpenModel(Model model, OptionalDouble unsureBelow, Backend backend, ImageCodec codec)
        implements
            AutoCloseable {
    /// Opens a model.
    ///
    /// @param file which is read while the engine loads
    /// @param device as for [Engines#openForInference]
    /// @param threads as for [Engines#openForInference]
    /// @param precision as for [Engines#openForInference]
    /// @throws IOException if the file cannot be read or is damaged
    public static OpenModel of(ModelFile file, String device, int threads, Precision precision) throws IOException {
        Backend backend = Engines.openForInference(device, threads, precision);
        try {
            return new OpenModel(file.open(backend), Model.unsureBelow(file.stored().weights()), backend,
                    Engines.find().codec());
        } catch (IOException | RuntimeException | Error e) {
            backend.close();
            throw e;
        }
    }

    /// What the model file says of itself.
    public ModelCard card() {
        return model.card();
    }

    /// The square of a picture that the network's views are cut from.
    ///
    /// @param file the bytes of a picture file
    public Image decode(byte[] file) throws UnreadableImageException {
        return codec.resizeAndCenterCrop(file, card().preprocessing().resize(), card().preprocessing().channels());
    }

    /// Classifies pictures, and computes their features.
    public Predictor predictor(Views views) {
        return new Predictor(model, views, codec);
    }

    /// Does other work with the model. Calls on several threads run one after the other.
    public <T> T with(Function<Model, T> work) {
        synchronized (backend) {
            return work.apply(model);
        }
    }

    @Override
    public void close() {
        backend.close();
    }
}
