package net.alexnet.data;

import java.util.List;
import java.util.Optional;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.ResizeAndCenterCrop;
import net.alexnet.data.image.UnreadableImageException;

/// Prepared squares made smaller whenever they are asked for.
///
/// @param resizedImages that are larger
/// @param codec scales them
/// @param side of the smaller ones, in pixels
public record ResizedDataset(ImageDataset resizedImages, ImageCodec codec, int side) implements ImageDataset {
    @Override
    public List<String> classes() {
        return resizedImages.classes();
    }

    @Override
    public int size() {
        return resizedImages.size();
    }

    @Override
    public int label(int index) {
        return resizedImages.label(index);
    }

    @Override
    public String name(int index) {
        return resizedImages.name(index);
    }

    @Override
    public Optional<String> fingerprint() {
        return resizedImages.fingerprint().map(whole -> whole + " made smaller, to " + side);
    }

    @Override
    public Content content(int index) throws UnreadableImageException {
        return new Content.Raw(image(index));
    }

    @Override
    public Image image(int index) throws UnreadableImageException {
        return ResizeAndCenterCrop.middle(resizedImages.image(index), side, codec);
    }
}
