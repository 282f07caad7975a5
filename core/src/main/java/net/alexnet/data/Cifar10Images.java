package net.alexnet.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import net.alexnet.data.image.Image;

/// Pictures of CIFAR-10, cut from the mapped files when asked for.
final class Cifar10Images implements ImageDataset {
    static final int SIDE = 32;
    static final int RECORD = 1 + 3 * SIDE * SIDE;

    private static final int PLANE = SIDE * SIDE;

    private final List<String> classes;
    private final List<Batch> batches;
    private final int[] places;
    private final int channels;
    private final int size;

    /// A file of records.
    ///
    /// @param records only read by absolute position, so many threads may
    record Batch(String name, ByteBuffer records) {
        int size() {
            return records.capacity() / RECORD;
        }

        int label(int index) {
            return records.get(index * RECORD) & 0xFF;
        }
    }

    /// @param places the index into `classes` of each label that stands in the files
    /// @param channels 3, or 1 for grey pictures
    Cifar10Images(List<String> classes, List<Batch> batches, int[] places, int channels) {
        this.classes = List.copyOf(classes);
        this.batches = List.copyOf(batches);
        this.places = places.clone();
        this.channels = channels;
        this.size = batches.stream().mapToInt(Batch::size).sum();
    }

    private record Place(Batch batch, int index) {}

    private Place place(int index) {
        int left = Objects.checkIndex(index, size);
        for (Batch batch : batches) {
            if (left < batch.size()) {
                return new Place(batch, left);
            }
            left -= batch.size();
        }
        throw new AssertionError(index);
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int label(int index) {
        Place place = place(index);
        return places[place.batch().label(place.index())];
    }

    @Override
    public String name(int index) {
        Place place = place(index);
        return place.batch().name() + "#" + place.index();
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
        Place place = place(index);
        byte[] planes = new byte[3 * PLANE]; // red, green, blue
        place.batch().records().get(place.index() * RECORD + 1, planes);
        byte[] samples = new byte[channels * PLANE];
        for (int i = 0; i < PLANE; i++) {
            int red = planes[i] & 0xFF;
            int green = planes[PLANE + i] & 0xFF;
            int blue = planes[2 * PLANE + i] & 0xFF;
            if (channels == 1) {
                samples[i] = (byte) ((299 * red + 587 * green + 114 * blue + 500) / 1000); // ITU-R BT.601
            } else {
                samples[3 * i] = (byte) red;
                samples[3 * i + 1] = (byte) green;
                samples[3 * i + 2] = (byte) blue;
            }
        }
        return new Image(SIDE, SIDE, channels, samples);
    }
}
