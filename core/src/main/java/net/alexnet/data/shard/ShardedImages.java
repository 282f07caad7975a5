package net.alexnet.data.shard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.alexnet.data.Content;
import net.alexnet.data.DatasetException;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.Hashes;

/// One split of a prepared dataset, read in place from its shards, which the operating system maps and caches. Pictures
/// are squares already, in the order of storing. Every read is checked against the picture's CRC-32C.
public final class ShardedImages implements ImageDataset {
    private final List<String> classes;
    private final int[] labels; // what a stored label means in `classes`
    private final String fingerprint;
    private final List<Part> parts;
    private final int[] starts; // the first picture of each part, and the number of all
    private final ImageCodec codec;
    private final int side;
    private final int channels;

    private record Part(MappedFile tar, ShardIndex index) {}

    private ShardedImages(
            List<String> classes, int[] labels, String fingerprint, List<Part> parts, ImageCodec codec, int side,
            int channels) {
        this.fingerprint = fingerprint;
        this.classes = List.copyOf(classes);
        this.labels = labels.clone();
        this.parts = List.copyOf(parts);
        this.starts = new int[parts.size() + 1];
        for (int i = 0; i < parts.size(); i++) {
            starts[i + 1] = starts[i] + parts.get(i).index.size();
        }
        this.codec = codec;
        this.side = side;
        this.channels = channels;
    }

    /// Opens shards.
    ///
    /// @throws DatasetException naming a file that is missing, cut or not what was written; of shards only the sizes
    ///     are compared, of indexes the SHA-256
    static ShardedImages open(
            Path folder, List<Shard> shards, List<String> classes, ImageCodec codec, int side, int channels)
            throws IOException {
        List<Part> parts = new ArrayList<>();
        MessageDigest digest = Hashes.sha256();
        for (Shard shard : shards) {
            Path tar = folder.resolve(shard.file());
            Path index = folder.resolve(shard.indexFile());
            requireFile(tar);
            requireFile(index);
            long bytes = Files.size(tar);
            if (bytes != shard.bytes()) {
                throw new DatasetException(tar + " has " + bytes + " bytes, expected " + shard.bytes()
                        + (bytes < shard.bytes() ? ": it is cut" : ": it was altered") + ". Copy it again, or remove "
                        + folder + " and prepare it anew");
            }
            String sha256 = Hashes.hex(index);
            if (!sha256.equals(shard.indexSha256())) {
                throw new DatasetException(index + " was altered: its SHA-256 is " + sha256 + ", expected "
                        + shard.indexSha256() + ". Copy it again, or remove " + folder + " and prepare it anew");
            }
            digest.update(shard.sha256().getBytes(StandardCharsets.US_ASCII));
            parts.add(new Part(MappedFile.open(tar), ShardIndex.open(index, shard, classes.size())));
        }
        return new ShardedImages(classes, ShuffledOrder.ofSource(classes.size()), Hashes.hex(digest), parts, codec,
                side,
                channels);
    }

    private static void requireFile(Path file) throws DatasetException {
        if (!Files.isRegularFile(file)) {
            throw new DatasetException(file + " is missing; a prepared dataset needs all of its shards. Copy it again,"
                    + " or prepare the dataset anew");
        }
    }

    /// The same pictures with labels that are indices into another list of classes, such as a model's.
    ///
    /// @throws DatasetException if that list does not have all of these classes
    public ShardedImages withClasses(List<String> others) throws DatasetException {
        Map<String, Integer> known = new HashMap<>();
        others.forEach(name -> known.put(name, known.size()));
        List<String> unknown = classes.stream().filter(name -> !known.containsKey(name)).toList();
        if (!unknown.isEmpty()) {
            throw new DatasetException("the prepared dataset has " + unknown.size()
                    + " classes that are not among the " + others.size() + " known ones, the first is "
                    + unknown.getFirst());
        }
        int[] renamed = Arrays.stream(labels).map(label -> known.getOrDefault(classes.get(label), -1)).toArray();
        return new ShardedImages(others, renamed, fingerprint, parts, codec, side, channels);
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
        return labels[parts.get(part).index.label(index - starts[part])];
    }

    /// What the source called it.
    @Override
    public String name(int index) {
        int part = part(index);
        return parts.get(part).index.name(index - starts[part]);
    }

    /// The checksum of what is stored.
    @Override
    public long stamp(int index) {
        int part = part(index);
        return parts.get(part).index.crc32c(index - starts[part]);
    }

    /// Of the shards' SHA-256, as `dataset.json` has them.
    @Override
    public Optional<String> fingerprint() {
        return Optional.of(fingerprint);
    }

    /// The stored bytes.
    ///
    /// @throws UnreadableImageException naming shard, record and picture if they were altered
    @Override
    public Content content(int index) throws UnreadableImageException {
        int number = part(index);
        Part part = parts.get(number);
        int record = index - starts[number];
        long offset = part.index.offset(record);
        int length = part.index.bytes(record);
        int expected = part.index.crc32c(record);
        byte[] bytes;
        try {
            bytes = part.tar.read(offset, length);
        } catch (IOException e) {
            throw damaged(index, String.valueOf(e.getMessage()));
        }
        int found = ShardIndex.crc32c(bytes);
        if (found != expected) {
            throw damaged(index, "its bytes were altered: their CRC-32C is %08x, expected %08x"
                    .formatted(found, expected));
        }
        return new Content.Encoded(bytes);
    }

    /// The square.
    ///
    /// @throws UnreadableImageException naming shard, record and picture if it was altered or does not decode
    @Override
    public Image image(int index) throws UnreadableImageException {
        return image(index, new byte[0]);
    }

    @Override
    public Image image(int index, byte[] samples) throws UnreadableImageException {
        byte[] bytes = content(index).bytes();
        Image resized;
        try {
            resized = codec.decode(bytes, channels, samples);
        } catch (UnreadableImageException e) {
            throw damaged(index, String.valueOf(e.getMessage()));
        }
        if (resized.width() != side || resized.height() != side) {
            throw damaged(index, "it has %d × %d pixels, expected %d × %d"
                    .formatted(resized.width(), resized.height(), side, side));
        }
        return resized;
    }

    private UnreadableImageException damaged(int index, String why) {
        int part = part(index);
        return new UnreadableImageException(
                parts.get(part).tar.path() + ", record " + TarRecord.key(key(index)) + " ("
                        + name(index) + "): " + why);
    }

    /// The place of a picture in its split's order, counting those that were left out; of a validation picture its index
    /// in the source.
    int key(int index) {
        int part = part(index);
        return parts.get(part).index.key(index - starts[part]);
    }

    /// The first 64 bits of the SHA-256 of what the source held.
    long sourceHash(int index) {
        int part = part(index);
        return parts.get(part).index.sourceHash(index - starts[part]);
    }

    /// How many pictures each class has, in the order of classes.
    List<Integer> perClass() {
        int[] counts = new int[classes.size()];
        for (int i = 0; i < size(); i++) {
            counts[label(i)]++;
        }
        return Arrays.stream(counts).boxed().toList();
    }

    private int part(int index) {
        int found = Arrays.binarySearch(starts, index);
        if (index < 0 || index >= size()) {
            throw new IndexOutOfBoundsException("picture " + index + " of " + size());
        }
        return found >= 0 ? found : -found - 2; // no part is empty, so no start stands twice
    }
}
