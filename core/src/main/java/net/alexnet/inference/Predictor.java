package net.alexnet.inference;

import module java.base;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.Normalizer;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.ResizeAndCenterCrop;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Tensor;

/// Classifies images of any size: each is resized and cropped as the model was trained. Several
/// threads may use it; they prepare images at the same time, and the model's backend computes for
/// one of them at a time.
///
/// @param model with its card
/// @param views whose probabilities are averaged
/// @param codec resizes
public record Predictor(Model model, Views views, ImageCodec codec) {
    /// The probability of every class.
    ///
    /// @param images of any size, gray or in color, at least one
    /// @return for each image a value per class
    /// @throws IllegalArgumentException if a layer has no trained weights
    public List<float[]> probabilities(List<Image> images) {
        model.card().requireTrained(model.network().architecture().rows().size());
        return forward(images, model.card().classes().size(), model.network()::probabilities);
    }

    /// The outputs of a layer, the mean over the views.
    ///
    /// @param images of any size, gray or in color, at least one
    /// @return for each image the layer's values, `(C, H, W)` in row-major order where the layer gives maps
    /// @throws IllegalArgumentException if it or a layer before it has no trained weights
    public List<float[]> features(List<Image> images, FeatureLayer layer) {
        model.card().requireTrained(layer.end());
        return forward(images, layer.length(), input -> layer.outputs(model.network(), input));
    }

    private List<float[]> forward(List<Image> images, int length, UnaryOperator<Tensor> network) {
        Preprocessing preprocessing = model.card().preprocessing();
        Normalizer normalizer = new Normalizer(preprocessing);
        int inputs = images.size() * views.count();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pixels = arena.allocate((long) inputs * normalizer.valuesPerView() * Float.BYTES,
                    Float.BYTES);
            int slot = 0;
            for (Image image : images) {
                Image resized = ResizeAndCenterCrop.middle(image.withChannels(preprocessing.channels()),
                        preprocessing.resize(), codec);
                for (Crop crop : views.of(preprocessing)) {
                    normalizer.write(resized, crop, pixels, slot++);
                }
            }
            float[] mean = ViewProbabilities.means(rows(pixels, inputs, network), views.count(), length);
            return IntStream.range(0, images.size())
                    .mapToObj(i -> Arrays.copyOfRange(mean, i * length, (i + 1) * length))
                    .toList();
        }
    }

    private float[] rows(MemorySegment pixels, int inputs, UnaryOperator<Tensor> network) {
        Preprocessing preprocessing = model.card().preprocessing();
        Backend backend = model.network().backend();
        synchronized (backend) {
            try (Scope _ = backend.scope()) {
                Tensor input = backend.uploadImages(
                        pixels, inputs, preprocessing.crop(), preprocessing.crop(), preprocessing.channels());
                return backend.download(network.apply(input));
            }
        }
    }
}
