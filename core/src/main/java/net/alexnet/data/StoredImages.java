package net.alexnet.data;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.Hashes;
import net.alexnet.io.MappedFile;

/// One split of a prepared dataset, read in place from its shards, which the operating system maps and caches. The images
/// are resized already, in the order of storing. Every read is checked against the image's CRC-32C.
final class StoredImages {
    private final List<Part> parts;
    private final int[] starts; // the first image of each part, and the number of all
    private final ImageCodec codec;
    private final int side;
    private final int channels;
    private final ImageDataset images;

    private record Part(Path path, MemorySegment tar, ShardIndex index) {}

    private StoredImages(List<String> classes, String fingerprint, List<Part> parts, ImageCodec codec, int side,
            int channels) {
        this.parts = List.copyOf(parts);
        this.starts = new int[parts.size() + 1];
        for (int i = 0; i < parts.size(); i++) {
            starts[i + 1] = starts[i] + parts.get(i).index.size();
        }
        this.codec = codec;
        this.side = side;
        this.channels = channels;
        this.images = new ImageDataset(classes, ImageDataset.list(size(), this::sample)).withFingerprint(fingerprint);
    }

    /// Opens shards.
    ///
    /// @throws DatasetException naming a file that is missing, has another size or does not fit; `PreparedDataset.verify`
    ///     compares the bytes too
    static StoredImages open(
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
                        + ". Copy it again, or remove " + folder + " and prepare it again");
            }
            digest.update(shard.sha256().getBytes(StandardCharsets.US_ASCII));
            parts.add(new Part(tar, MappedFile.open(tar), ShardIndex.open(index, shard, classes.size())));
        }
        return new StoredImages(classes, Hashes.hex(digest), parts, codec, side, channels);
    }

    private static void requireFile(Path file) throws DatasetException {
        if (!Files.isRegularFile(file)) {
            throw new DatasetException(file + " is missing; a prepared dataset needs all of its shards. Copy it again,"
                    + " or prepare the dataset again");
        }
    }

    /// The images, their names being those of the source. The fingerprint is made of the shards' SHA-256 in
    /// `dataset.json`.
    ImageDataset images() {
        return images;
    }

    int size() {
        return starts[parts.size()];
    }

    ShardIndex.Entry entry(int index) {
        int part = ImageDataset.part(starts, index);
        return parts.get(part).index.entry(index - starts[part]);
    }

    private Sample sample(int index) {
        int number = ImageDataset.part(starts, index);
        Part part = parts.get(number);
        ShardIndex.Entry entry = part.index.entry(index - starts[number]);
        return new Sample(new Stored(part, entry), entry.label(), part.index.name(entry));
    }

    /// An image in a shard. A failure names the shard, the record and the image.
    private final class Stored implements Sample.Source {
        private final Part part;
        private final ShardIndex.Entry entry;

        Stored(Part part, ShardIndex.Entry entry) {
            this.part = part;
            this.entry = entry;
        }

        @Override
        public Content content() throws UnreadableImageException {
            byte[] bytes;
            try {
                bytes = MappedFile.read(part.tar, entry.offset(), entry.bytes());
            } catch (IOException e) {
                throw damaged(String.valueOf(e.getMessage()));
            }
            int found = ShardIndex.crc32c(bytes);
            if (found != entry.crc32c()) {
                throw damaged("its bytes were altered: their CRC-32C is %08x, expected %08x"
                        .formatted(found, entry.crc32c()));
            }
            return new Content.Encoded(bytes);
        }

        /// The checksum.
        @Override
        public long stamp() {
            return entry.crc32c();
        }

        @Override
        public Image image(byte[] buffer) throws UnreadableImageException {
            byte[] bytes = content().bytes();
            Image image;
            try {
                image = codec.decode(bytes, channels, buffer);
            } catch (UnreadableImageException e) {
                throw damaged(String.valueOf(e.getMessage()));
            }
            if (image.width() != side || image.height() != side) {
                throw damaged("it has %d × %d pixels, expected %d × %d"
                        .formatted(image.width(), image.height(), side, side));
            }
            return image;
        }

        private UnreadableImageException damaged(String why) {
            return new UnreadableImageException(part.path + ", record " + TarRecord.key(entry.key()) + " ("
                    + part.index.name(entry) + "): " + why);
        }
    }
}
