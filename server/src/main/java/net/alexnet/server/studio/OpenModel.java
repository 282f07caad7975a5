package net.alexnet.server.studio;

import module java.base;
import net.alexnet.Options;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.inference.Engines;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.inference.Predictor;
import net.alexnet.inference.Views;
import net.alexnet.server.HttpFailure;
import net.alexnet.tensor.Backend;
import net.alexnet.train.ModelFile;

/// A checkpoint's model, ready to compute. It classifies as [net.alexnet.ImageClassifier] does,
/// with the same bits. Safe for use by many threads, which compute one after the other.
final class OpenModel implements AutoCloseable {
    private final Model model;
    private final OptionalDouble unsureBelow;
    private final Backend backend;
    private final ImageCodec codec;

    private OpenModel(Model model, OptionalDouble unsureBelow, Backend backend, ImageCodec codec) {
        this.model = model;
        this.unsureBelow = unsureBelow;
        this.backend = backend;
        this.codec = codec;
    }

    /// Opens a checkpoint.
    ///
    /// @throws IOException if it cannot be read
    static OpenModel of(Path checkpoint, Options options) throws IOException {
        ModelFile file = ModelFile.find(checkpoint, options.checkpoint());
        Backend backend = Engines.openForInference(options.device(), options.threads());
        try {
            return new OpenModel(file.open(backend), Model.unsureBelow(file.stored().weights()), backend,
                    Engines.find().codec());
        } catch (IOException | RuntimeException | Error e) {
            backend.close();
            throw e;
        }
    }

    ModelCard card() {
        return model.card();
    }

    ImageCodec codec() {
        return codec;
    }

    /// The square of a picture that the network's views are cut from.
    ///
    /// @param file the bytes of a picture file
    /// @throws HttpFailure of status 400 if they are not a picture
    Image square(byte[] file) throws HttpFailure {
        Preprocessing preprocessing = card().preprocessing();
        if (file.length == 0) {
            throw new HttpFailure(400, "there is no picture: the body is empty; send the bytes of a JPEG or PNG file");
        }
        try {
            return codec.resizeAndCenterCrop(file, preprocessing.resize(), preprocessing.channels());
        } catch (UnreadableImageException e) {
            throw new HttpFailure(400, "the picture cannot be read: " + e.getMessage());
        }
    }

    /// The probability of every class.
    ///
    /// @param square as [#square] gives it
    /// @throws IllegalArgumentException if a layer has no trained weights
    float[] probabilities(Image square, Views views) {
        return new Predictor(model, views, codec).probabilities(List.of(square)).getFirst();
    }

    /// See [net.alexnet.ImageClassifier#unsureBelow()].
    OptionalDouble unsureBelow() {
        return unsureBelow;
    }

    /// The outputs of a layer for the center of a picture.
    float[] features(Image square, FeatureLayer layer) {
        return new Predictor(model, Views.CENTER, codec).features(List.of(square), layer).getFirst();
    }

    /// Does other work with the model, while nobody else computes with it.
    <T> T with(Function<Model, T> work) {
        synchronized (backend) {
            return work.apply(model);
        }
    }

    @Override
    public void close() {
        synchronized (backend) {
            backend.close();
        }
    }
}
