package net.alexnet.dataset;

import java.util.List;
import java.util.Optional;
import net.alexnet.image.Picture;
import net.alexnet.image.PictureCodec;
import net.alexnet.image.Squares;
import net.alexnet.image.UnreadablePictureException;

/// Prepared squares made smaller whenever they are asked for.
///
/// @param squares that are larger
/// @param codec scales them
/// @param side of the smaller ones, in pixels
public record ScaledPictures(PictureSet squares, PictureCodec codec, int side) implements PictureSet {
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
    public Content content(int index) throws UnreadablePictureException {
        return new Content.Raw(picture(index));
    }

    @Override
    public Picture picture(int index) throws UnreadablePictureException {
        return Squares.middle(squares.picture(index), side, codec);
    }
}
