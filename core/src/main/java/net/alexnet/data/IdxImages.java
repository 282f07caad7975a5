package net.alexnet.data;

import java.util.Arrays;
import java.util.List;
import net.alexnet.data.image.Image;

/// Grey pictures from a pair of IDX files, held in memory.
final class IdxImages implements ImageDataset {
    private final String name;
    private final List<String> classes;
    private final IdxFile pictures;
    private final byte[] labels;
    private final int channels;

    /// Takes over what was read.
    ///
    /// @param labels one for each picture, each an index into `classes`
    /// @param channels 1, or 3 for grey pictures in red, green and blue
    IdxImages(String name, List<String> classes, IdxFile pictures, byte[] labels, int channels) {
        this.name = name;
        this.classes = List.copyOf(classes);
        this.pictures = pictures;
        this.labels = labels.clone();
        this.channels = channels;
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public int label(int index) {
        return labels[index] & 0xFF;
    }

    @Override
    public String name(int index) {
        return name + "#" + index;
    }

    /// Of the samples.
    @Override
    public long stamp(int index) {
        return Arrays.hashCode(picture(index).samples());
    }

    @Override
    public Content content(int index) {
        return new Content.Raw(picture(index));
    }

    @Override
    public Image picture(int index) {
        int height = pictures.extents()[1];
        int width = pictures.extents()[2];
        int size = height * width;
        byte[] grey = Arrays.copyOfRange(pictures.values(), index * size, (index + 1) * size);
        if (channels == 1) {
            return new Image(width, height, 1, grey);
        }
        byte[] colour = new byte[size * channels];
        for (int i = 0; i < colour.length; i++) {
            colour[i] = grey[i / channels];
        }
        return new Image(width, height, channels, colour);
    }
}
