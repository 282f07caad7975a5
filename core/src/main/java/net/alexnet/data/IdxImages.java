package net.alexnet.data;

import java.util.Arrays;
import java.util.List;
import net.alexnet.data.image.Image;

/// Grey pictures from a pair of IDX files, held in memory.
final class IdxImages implements ImageDataset {
    private final String name;
    private final List<String> classes;
    private final IdxFile images;
    private final byte[] labels;
    private final int channels;

    /// Takes over what was read.
    ///
    /// @param labels one for each picture, each an index into `classes`
    /// @param channels 1, or 3 for grey pictures in red, green and blue
    IdxImages(String name, List<String> classes, IdxFile images, byte[] labels, int channels) {
        this.name = name;
        this.classes = List.copyOf(classes);
        this.images = images;
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
        return Arrays.hashCode(image(index).samples());
    }

    @Override
    public Content content(int index) {
        return new Content.Raw(image(index));
    }

    @Override
    public Image image(int index) {
        int height = images.extents()[1];
        int width = images.extents()[2];
        int size = height * width;
        byte[] gray = Arrays.copyOfRange(images.values(), index * size, (index + 1) * size);
        if (channels == 1) {
            return new Image(width, height, 1, gray);
        }
        byte[] color = new byte[size * channels];
        for (int i = 0; i < color.length; i++) {
            color[i] = gray[i / channels];
        }
        return new Image(width, height, channels, color);
    }
}
