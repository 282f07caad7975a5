package net.alexnet.data;

import java.util.List;
import java.util.Optional;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.ResizeAndCenterCrop;
import net.alexnet.data.image.UnreadableImageException;

/// Prepared squares made smaller whenever they are asked for.
///
/// @param squares that are larger
/// @param codec scales them
/// @param side of the smaller ones, in pixels
public record ResizedDataset(ImageDataset squares, ImageCodec codec, int side) implements ImageDataset {
    @Override
    public List<String> classes() {
        return squares.classes();
    }

    @Override
    public int size() {
        return squares.size();
    }

    @Override
    public int label(int index) {
        return squares.label(index);
    }

    @Override
    public String name(int index) {
        return squares.name(index);
    }

    @Override
    public Optional<String> fingerprint() {
        return squares.fingerprint().map(whole -> whole + " made smaller, to " + side);
    }

    @Override
    public Content content(int index) throws UnreadableImageException {
        return new Content.Raw(picture(index));
    }

    @Override
    public Image picture(int index) throws UnreadableImageException {
        return ResizeAndCenterCrop.middle(squares.picture(index), side, codec);
    }
}
