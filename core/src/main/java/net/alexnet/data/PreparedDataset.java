package net.alexnet.data;

import module java.base;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.io.Hashes;

/// An open prepared dataset. Its images are read in place, so the memory that it takes does not depend on its size.
///
/// @see DatasetPreparer
public final class PreparedDataset {
    private final Path path;
    private final DatasetFile file;
    private final Dataset dataset;
    private final PixelStatistics statistics;

    private PreparedDataset(Path path, DatasetFile file, ImageCodec codec) throws IOException {
        this.path = path;
        this.file = file;
        this.dataset = new Dataset(path.toString(), file.classes(), images(file.training(), codec),
                images(file.validation(), codec), file.source().split(), file.synsets());
        try {
            this.statistics = file.statistics().read(training().size(), preparation().side(),
                    preparation().channels());
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new DatasetException(
                    path.resolve(DatasetFile.FILE) + " has statistics that cannot be: " + e.getMessage(), e);
        }
    }

    private ImageDataset images(DatasetFile.Part part, ImageCodec codec) throws IOException {
        List<StoredShard> opened = StoredShard.open(path, part.shards(), file.classes().size(),
                new StoredShard.Form(codec, file.preparation()));
        return StoredShard.images(file.classes(), part.shards(), opened);
    }

    /// Whether a folder is a prepared dataset, finished or not. A `dataset.json` of another program makes it none.
    public static boolean isIn(Path folder) {
        return DatasetFile.isIn(folder) || Files.isRegularFile(folder.resolve(PreparationJournal.FILE));
    }

    /// Opens a finished dataset. The sizes of all shards are compared, and every image is compared with its CRC-32C when it
    /// is read; [#verify] compares all bytes.
    ///
    /// @param codec decodes the images
    /// @throws DatasetException if it is not finished or of another version, or a shard is missing or has another size
    public static PreparedDataset open(Path folder, ImageCodec codec) throws IOException {
        if (!Files.isRegularFile(folder.resolve(DatasetFile.FILE))) {
            throw new DatasetException(isIn(folder)
                    ? "the dataset " + folder + " is not finished; continue with: ./alexnet prepare SOURCE " + folder
                    : folder + " is not a prepared dataset: it has no " + DatasetFile.FILE
                            + ". './alexnet prepare SOURCE " + folder + "' makes one");
        }
        return new PreparedDataset(folder, DatasetFile.read(folder), codec);
    }

    /// Its folder.
    public Path path() {
        return path;
    }

    /// The images as a dataset.
    public Dataset dataset() {
        return dataset;
    }

    /// The training images, in an order shuffled once.
    public ImageDataset training() {
        return dataset.training();
    }

    /// The validation images, in the order of the source.
    public ImageDataset validation() {
        return dataset.validation();
    }

    /// The statistics of the training images.
    public PixelStatistics statistics() {
        return statistics;
    }

    /// Checks that the stored images can be resized as someone needs them.
    ///
    /// @param user who needs them, such as a model
    /// @throws DatasetException if they have other channels, or were prepared smaller
    public void require(int side, int channels, String user) throws DatasetException {
        PreparationSettings stored = preparation();
        if (side > stored.side() || channels != stored.channels()) {
            throw new DatasetException(path + " was prepared with pictures of " + stored.side() + " pixels and "
                    + stored.channels() + " channels, but " + user + " needs " + side + " pixels and " + channels
                    + " channels. Prepare it again with --size " + side + " --channels " + channels);
        }
    }

    /// The settings that it was made with.
    public PreparationSettings preparation() {
        return file.preparation();
    }

    /// The name of the folder that it was made from.
    public String source() {
        return file.source().name();
    }

    /// All shards, training first.
    public List<Shard> shards() {
        return Stream.of(file.training(), file.validation()).flatMap(part -> part.shards().stream()).toList();
    }

    /// How many images of the source could not be read.
    public int rejected() {
        return file.training().rejected() + file.validation().rejected();
    }

    /// The training images that could not be read, with the reasons.
    public List<RejectedImage> unreadTraining() throws IOException {
        return RejectedImage.read(path).stream().limit(file.training().rejected()).toList();
    }

    /// The validation images that could not be read, with the reasons.
    public List<RejectedImage> unreadValidation() throws IOException {
        return RejectedImage.read(path).stream().skip(file.training().rejected()).toList();
    }

    /// The images of one of the splits, resized if another side is asked for. If all of them fit into the budget they stay
    /// in memory once they are decoded.
    ///
    /// @param side in pixels, at most that of the stored ones
    /// @param codec resizes them
    /// @param budget the bytes of heap that they may take for that
    public ImageDataset resizedImages(ImageDataset split, int side, ImageCodec codec, long budget) {
        long bytes = (long) split.size() * side * side * preparation().channels();
        if (side == preparation().side() && bytes > budget) {
            return split; // which reuses the loader's memory
        }
        ImageDataset images = new ResizedImages(split, codec, side, preparation().channels(), budget).images();
        String suffix = side == preparation().side() ? "" : " made smaller, to " + side;
        return split.fingerprint().map(whole -> images.withFingerprint(whole + suffix)).orElse(images);
    }

    /// How many groups of equal images are in both splits or in two classes; `duplicates.tsv` lists them.
    public int duplicates() {
        return file.duplicates().groups();
    }

    /// How many images are in these groups.
    public int duplicatePictures() {
        return file.duplicates().pictures();
    }

    /// How many validation images are near copies of training images: compressed again, resized, mirrored or cropped a
    /// little; `duplicates.tsv` lists them.
    public int nearCopies() {
        return file.duplicates().near();
    }

    /// What a user should know of pictures that are in two places; nothing if there are none.
    ///
    /// @param folds whether all pictures are dealt into folds, in place of the split
    public List<String> duplicateWarnings(boolean folds) {
        Path table = path.resolve(DatasetPreparer.DUPLICATES);
        return folds ? file.duplicates().foldWarnings(table) : file.duplicates().warnings(table);
    }

    /// Reads every shard and its index and compares them with their SHA-256.
    ///
    /// @param workers how many threads read
    /// @throws DatasetException naming the first file that differs
    public void verify(int workers, ProgressListener progress) throws IOException, InterruptedException {
        List<Shard> shards = shards();
        long total = shards.stream().mapToLong(Shard::pictures).sum();
        long done = 0;
        progress.progress("verifying", done, total);
        try (OrderedWork<Shard> work = new OrderedWork<>(0, shards.size(), workers, 2 * workers, i -> {
            requireSame(shards.get(i).indexFile(), shards.get(i).indexSha256());
            requireSame(shards.get(i).file(), shards.get(i).sha256());
            return shards.get(i);
        })) {
            while (work.hasNext()) {
                done += work.next().pictures();
                progress.progress("verifying", done, total);
            }
        }
    }

    private void requireSame(String name, String expected) throws IOException {
        Path tested = path.resolve(name);
        String sha256 = Hashes.hex(tested);
        if (!sha256.equals(expected)) {
            throw new DatasetException(tested + " was altered: its SHA-256 is " + sha256 + ", expected " + expected
                    + ". Copy it again, or remove " + path + " and prepare it again");
        }
    }
}
