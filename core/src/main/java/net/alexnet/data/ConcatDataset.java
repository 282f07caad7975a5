package net.alexnet.data;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.IntStream;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.UnreadableImageException;

/// Sets one after the other, as one. Its classes are those of all.
public final class ConcatDataset implements ImageDataset {
    private final List<ImageDataset> parts;
    private final List<String> classes;
    private final List<int[]> labels; // of each part's classes among those of all
    private final int[] starts; // the index of each part's first picture, and after the last one's last

    /// Joins sets.
    ///
    /// @param parts at least one
    public ConcatDataset(List<ImageDataset> parts) {
        this.parts = List.copyOf(parts);
        LinkedHashSet<String> all = new LinkedHashSet<>();
        parts.forEach(part -> all.addAll(part.classes()));
        this.classes = List.copyOf(all);
        this.labels = parts.stream()
                .map(part -> part.classes().stream().mapToInt(classes::indexOf).toArray())
                .toList();
        this.starts = new int[parts.size() + 1];
        for (int i = 0; i < parts.size(); i++) {
            starts[i + 1] = Math.addExact(starts[i], parts.get(i).size());
        }
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public int size() {
        return starts[parts.size()];
    }

    @Override
    public int label(int index) {
        int part = part(index);
        return labels.get(part)[parts.get(part).label(index - starts[part])];
    }

    @Override
    public String name(int index) {
        int part = part(index);
        return parts.get(part).name(index - starts[part]);
    }

    @Override
    public long stamp(int index) {
        int part = part(index);
        return parts.get(part).stamp(index - starts[part]);
    }

    /// The sets that these are made of.
    public List<ImageDataset> parts() {
        return parts;
    }

    @Override
    public Content content(int index) throws IOException, UnreadableImageException {
        int part = part(index);
        return parts.get(part).content(index - starts[part]);
    }

    @Override
    public Image image(int index) throws UnreadableImageException {
        int part = part(index);
        return parts.get(part).image(index - starts[part]);
    }

    @Override
    public Image image(int index, byte[] samples) throws UnreadableImageException {
        int part = part(index);
        return parts.get(part).image(index - starts[part], samples);
    }

    private int part(int index) {
        return IntStream.range(0, parts.size())
                .filter(i -> index >= starts[i] && index < starts[i + 1])
                .findFirst()
                .orElseThrow(() -> new IndexOutOfBoundsException(index));
    }
}
