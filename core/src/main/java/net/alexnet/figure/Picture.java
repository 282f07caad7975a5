package net.alexnet.figure;

import module java.base;
import net.alexnet.data.AllImages;
import net.alexnet.data.Sample;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.inference.ImageSource;
import net.alexnet.inference.ModelCard;

/// A picture in a figure.
///
/// @param name of its file
/// @param label its true class, an index into the model's classes; empty if it is not known
/// @param image resized and center-cropped as the model was trained
public record Picture(String name, OptionalInt label, Image image) {
    /// The most pictures of a figure: with more, each would be too small to see on a screen.
    public static final int MOST = 100;

    /// Reads pictures. The true class is that of the folder a picture is in, if the folder has the name or the WordNet id of
    /// a class of the model.
    ///
    /// @param paths files, folders of them and prepared datasets, with at most [#MOST] pictures
    /// @param unreadable is told of each picture that cannot be read, which is left out
    /// @throws IllegalArgumentException if there are more pictures
    /// @throws IOException if a path does not exist, or no picture can be read
    public static List<Picture> read(List<Path> paths, ImageCodec codec, ModelCard card, Consumer<String> unreadable)
            throws IOException {
        Preprocessing preprocessing = card.preprocessing();
        ImageSource source = ImageSource.open(paths, codec, preprocessing);
        if (source.images().size() > MOST) {
            throw new IllegalArgumentException("a figure shows at most " + MOST + " pictures, found "
                    + source.images().size() + ". Name some of the files");
        }
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < source.images().size(); i++) {
            Sample sample = source.images().samples().get(i);
            try {
                Image image = sample.source().content().resized(codec, preprocessing.resize(),
                        preprocessing.channels());
                pictures.add(new Picture(sample.name(), label(card, source, i), image));
            } catch (UnreadableImageException e) {
                unreadable.accept("left out " + sample.name() + ": " + e.getMessage());
            }
        }
        if (pictures.isEmpty()) {
            throw new IOException("none of the " + source.images().size() + " files can be read as a picture");
        }
        return List.copyOf(pictures);
    }

    private static OptionalInt label(ModelCard card, ImageSource source, int image) {
        Optional<Path> folder = Optional.ofNullable(source.file(image).toAbsolutePath().normalize().getParent());
        String name = AllImages.className(source.images(), image)
                .or(() -> folder.map(Path::getFileName).map(Path::toString)).orElse("");
        int index = Math.max(card.classes().indexOf(name), card.wnids().indexOf(name));
        return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
    }
}
