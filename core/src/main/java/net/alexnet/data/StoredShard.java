package net.alexnet.data;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.Hashes;
import net.alexnet.io.MappedFile;

/// A shard of a prepared dataset. Tar and index are mapped and take no heap; every image is checked against its
/// CRC-32C when it is read. The index tells where each image is, so that the tar need not be scanned. Little-endian:
///
/// ```
/// magic        8 bytes  "ALXNIDX1"
/// records      int      n
/// names        int      bytes of all names
/// n × record  40 bytes  see Entry
/// names                 UTF-8, one after the other
/// ```
final class StoredShard {
    static final byte[] MAGIC = "ALXNIDX1".getBytes(StandardCharsets.US_ASCII);
    static final int HEADER_BYTES = 16;

    private final Path path;
    private final Path indexPath;
    private final MemorySegment tar;
    private final MemorySegment index;
    private final int size;
    private final Form form;

    /// How images are stored.
    record Form(ImageCodec codec, int side, int channels) {
        Form(ImageCodec codec, PreparationSettings settings) {
            this(codec, settings.side(), settings.channels());
        }
    }

    /// What the index says of an image, in the order of the file.
    ///
    /// @param offset of the image's bytes in the tar
    /// @param sourceHash the first 64 bits of the SHA-256 of the bytes in the source
    /// @param bytes the size of the image
    /// @param key the number in the names of the tar's members: the place in the order of the split, where images that
    ///     were left out count too
    /// @param nameOffset where the image's name in the source begins among the names
    /// @param nameBytes the size of that name
    record Entry(long offset, long sourceHash, int bytes, int label, int crc32c, int key, int nameOffset,
            int nameBytes) {
        static final int BYTES = 40;

        static Entry read(ByteBuffer from) {
            return new Entry(from.getLong(), from.getLong(), from.getInt(), from.getInt(), from.getInt(), from.getInt(),
                    from.getInt(), from.getInt());
        }

        byte[] written() {
            return ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(offset).putLong(sourceHash)
                    .putInt(bytes).putInt(label).putInt(crc32c).putInt(key).putInt(nameOffset).putInt(nameBytes)
                    .array();
        }
    }

    private StoredShard(Path folder, Shard shard, int classes, Form form) throws IOException {
        this.path = requireFile(folder.resolve(shard.file()));
        this.indexPath = requireFile(folder.resolve(shard.indexFile()));
        this.form = form;
        long bytes = Files.size(path);
        if (bytes != shard.bytes()) {
            throw new DatasetException(path + " has " + bytes + " bytes, expected " + shard.bytes()
                    + ". Copy it again, or remove " + folder + " and prepare it again");
        }
        this.tar = MappedFile.open(path);
        this.index = MappedFile.open(indexPath);
        this.size = shard.pictures();
        long names = names();
        if (names < 0 || index.byteSize() != place(size) + names) {
            throw new DatasetException(indexPath + " does not fit its shard; expected an index of " + size
                    + " images");
        }
        long nameStart = 0; // names that overlap could expand a small file without limit
        for (int i = 0; i < size; i++) {
            Entry entry = entry(i);
            if (entry.label < 0 || entry.label >= classes || !within(entry.offset, entry.bytes, bytes)
                    || entry.nameOffset != nameStart || !within(nameStart, entry.nameBytes, names)) {
                throw new DatasetException(indexPath + " does not fit its shard: record " + i + " is outside of it");
            }
            nameStart += entry.nameBytes;
        }
    }

    /// Opens the shards of a split.
    ///
    /// @param classes how many labels there are
    /// @throws DatasetException naming a file that is missing, has another size or does not fit
    static List<StoredShard> open(Path folder, List<Shard> shards, int classes, Form form) throws IOException {
        List<StoredShard> opened = new ArrayList<>();
        for (Shard shard : shards) {
            opened.add(new StoredShard(folder, shard, classes, form));
        }
        return opened;
    }

    private static Path requireFile(Path file) throws DatasetException {
        if (!Files.isRegularFile(file)) {
            throw new DatasetException(file + " is missing; a prepared dataset needs all of its shards. Copy it again,"
                    + " or prepare the dataset again");
        }
        return file;
    }

    /// How many bytes the names take; negative if this is not the index of so many images.
    private long names() {
        if (index.byteSize() < HEADER_BYTES) {
            return -1;
        }
        ByteBuffer header = read(0, HEADER_BYTES);
        byte[] magic = new byte[MAGIC.length];
        header.get(magic);
        return Arrays.equals(magic, MAGIC) && header.getInt() == size ? header.getInt() : -1;
    }

    private static boolean within(long offset, long size, long whole) {
        return offset >= 0 && size >= 0 && offset <= whole - size;
    }

    private static long place(int entry) {
        return HEADER_BYTES + (long) entry * Entry.BYTES;
    }

    int size() {
        return size;
    }

    Entry entry(int i) {
        return Entry.read(read(place(i), Entry.BYTES));
    }

    private String name(Entry entry) {
        return new String(read(place(size) + entry.nameOffset, entry.nameBytes).array(), StandardCharsets.UTF_8);
    }

    private ByteBuffer read(long offset, int length) {
        try {
            return ByteBuffer.wrap(MappedFile.read(index, offset, length)).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new UncheckedIOException(new IOException(indexPath + ": " + e.getMessage(), e));
        }
    }

    static int crc32c(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /// The images of shards in the order of storing, under their names in the source. The fingerprint is made of the
    /// shards' SHA-256 in `dataset.json`.
    static ImageDataset images(List<String> classes, List<Shard> shards, List<StoredShard> opened) {
        StringBuilder hashes = new StringBuilder();
        shards.forEach(shard -> hashes.append(shard.sha256()));
        List<ImageDataset> parts = opened.stream().map(shard -> new ImageDataset(classes, shard.samples())).toList();
        return new ImageDataset(classes, ImageDataset.concat(parts).samples())
                .withFingerprint(Hashes.hex(hashes.toString().getBytes(StandardCharsets.US_ASCII)));
    }

    private List<Sample> samples() {
        return ImageDataset.list(size, i -> {
            Entry entry = entry(i);
            return new Sample(new Stored(entry), entry.label, name(entry));
        });
    }

    /// An image in the shard. A failure names the shard, the record and the image.
    private final class Stored implements Sample.Source {
        private final Entry entry;

        Stored(Entry entry) {
            this.entry = entry;
        }

        @Override
        public Content content() throws UnreadableImageException {
            byte[] bytes;
            try {
                bytes = MappedFile.read(tar, entry.offset, entry.bytes);
            } catch (IOException e) {
                throw damaged(String.valueOf(e.getMessage()));
            }
            int found = crc32c(bytes);
            if (found != entry.crc32c) {
                throw damaged("its bytes were altered: their CRC-32C is %08x, expected %08x"
                        .formatted(found, entry.crc32c));
            }
            return new Content.Encoded(bytes);
        }

        @Override
        public long hash() {
            return entry.sourceHash;
        }

        /// The checksum.
        @Override
        public long stamp() {
            return entry.crc32c;
        }

        @Override
        public Image image(byte[] buffer) throws UnreadableImageException {
            byte[] bytes = content().bytes();
            Image image;
            try {
                image = form.codec.decode(bytes, form.channels, buffer);
            } catch (UnreadableImageException e) {
                throw damaged(String.valueOf(e.getMessage()));
            }
            if (image.width() != form.side || image.height() != form.side) {
                throw damaged("it has %d × %d pixels, expected %d × %d"
                        .formatted(image.width(), image.height(), form.side, form.side));
            }
            return image;
        }

        private UnreadableImageException damaged(String why) {
            return new UnreadableImageException(
                    path + ", record " + ShardWriter.key(entry.key) + " (" + name(entry) + "): " + why);
        }
    }
}
