package net.alexnet.train;

import module java.base;
import net.alexnet.data.Content;
import net.alexnet.data.Dataset;
import net.alexnet.data.DatasetException;
import net.alexnet.data.DatasetPreparer;
import net.alexnet.data.Datasets;
import net.alexnet.data.IdxFiles;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.PreparationSettings;
import net.alexnet.data.PreparedCache;
import net.alexnet.data.PreparedDataset;
import net.alexnet.data.ProgressListener;
import net.alexnet.data.RemotePictures;
import net.alexnet.data.TrainValidationSplit;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.CacheFolder;
import net.alexnet.train.config.Recipe;

/// The pictures that a recipe names: the embedded sample, a prepared dataset, a folder that [Datasets] can open, or files of
/// an address on the web.
///
/// @param dataset the pictures, none of them read yet
/// @param prepared the prepared dataset, if the recipe names one
public record DataSource(Dataset dataset, Optional<PreparedDataset> prepared) {
    /// The `data.source` of the embedded pictures: 6,000 training and 1,000 test pictures of Fashion-MNIST.
    public static final String SAMPLE = "sample";

    /// The seed of the split and of the storage order. It is not the run's seed, so runs with different seeds are
    /// validated on the same pictures and share one prepared dataset.
    private static final long SEED = 1;

    /// A `data.source` that does not depend on the working directory.
    public static String absolute(String source) {
        return source.equals(SAMPLE) ? source : named(source);
    }

    /// The `data.source` of what a user names: an address on the web, or a file or folder, whatever its name.
    public static String named(String source) {
        return RemotePictures.isAddress(source) ? source : absolute(Path.of(source));
    }

    /// The `data.source` of a folder, whatever its name.
    public static String absolute(Path folder) {
        return folder.toAbsolutePath().normalize().toString();
    }

    /// Opens the pictures of a recipe; those of an address are fetched first.
    ///
    /// @param cache for what is fetched
    /// @param stop polled while files are fetched; true to give up
    /// @throws DatasetException if the folder cannot be used; the message says what was looked for
    /// @throws InterruptedIOException if it was stopped; the same call continues where it stopped
    public static DataSource open(Recipe recipe, ImageCodec codec, CacheFolder cache, ProgressListener listener,
            BooleanSupplier stop) throws IOException, InterruptedException {
        String source = recipe.data().source();
        List<String> names = recipe.data().classNames();
        TrainValidationSplit holdOut = new TrainValidationSplit(recipe.data().holdOut(), SEED);
        if (source.equals(SAMPLE)) {
            return new DataSource(IdxFiles
                    .from("the embedded sample",
                            name -> Optional.ofNullable(DataSource.class.getResourceAsStream("sample/" + name)))
                    .open(holdOut, names), Optional.empty());
        }
        Path local = RemotePictures.local(source, cache, listener, stop);
        if (PreparedDataset.isIn(local)) {
            PreparedDataset prepared = PreparedDataset.open(local, codec);
            List<String> classes = prepared.dataset().classes();
            if (!names.isEmpty() && !names.equals(classes)) {
                throw new DatasetException(source + " has the classes " + classes + ", but the recipe's"
                        + " data.class_names are " + names + ". Prepare it again with a classes.txt of these names, or"
                        + " leave data.class_names empty");
            }
            return new DataSource(prepared.dataset(), Optional.of(prepared));
        }
        return new DataSource(Datasets.open(local, SEED, holdOut.fraction(), names), Optional.empty());
    }

    /// The folder or address that a recipe's pictures came from; of a prepared dataset only its last part is known.
    public static String root(Recipe recipe, ImageCodec codec) throws IOException {
        String source = recipe.data().source();
        return isPath(source) && PreparedDataset.isIn(Path.of(source))
                ? PreparedDataset.open(Path.of(source), codec).source()
                : source;
    }

    /// Whether two roots may be the same: a name alone may be any folder or address that ends in it.
    public static boolean maySame(String root, String other) {
        if (root.equals(other) || root.equals(SAMPLE) || other.equals(SAMPLE)) {
            return root.equals(other);
        }
        return isWhole(root) != isWhole(other) && lastPart(root).equals(lastPart(other));
    }

    private static boolean isWhole(String root) {
        return RemotePictures.isAddress(root) || Path.of(root).isAbsolute();
    }

    private static String lastPart(String root) {
        return RemotePictures.isAddress(root)
                ? root.replaceFirst("\\?.*", "").replaceFirst(".*/", "")
                : String.valueOf(Path.of(root).getFileName());
    }

    /// Whether a `data.source` names a file or a folder of this machine.
    public static boolean isPath(String source) {
        return !source.equals(SAMPLE) && !RemotePictures.isAddress(source);
    }

    /// The prepared form of these pictures, if it is in the cache or the source is a prepared dataset itself.
    ///
    /// @param side of the stored pictures, in pixels
    /// @param channels 1 or 3
    /// @param cache of prepared datasets
    public Optional<PreparedDataset> stored(int side, int channels, ImageCodec codec, CacheFolder cache)
            throws IOException {
        if (prepared.isPresent() || raw(dataset.training())) {
            return prepared;
        }
        Optional<Path> found = new PreparedCache(cache).find(name(), dataset, preparation(side, channels));
        return found.isEmpty() ? Optional.empty() : Optional.of(PreparedDataset.open(found.get(), codec));
    }

    /// The largest side that the pictures can be resized to, in pixels.
    public int largestSide() {
        return prepared.map(dataset -> dataset.preparation().side()).orElse(Integer.MAX_VALUE);
    }

    /// The pictures, resized. Image files are prepared in the cache unless they are there already; raw samples need no
    /// decoding and are held in memory.
    ///
    /// @param side of the resized pictures, in pixels
    /// @param channels 1 or 3
    /// @param folds whether all pictures will be dealt into folds
    /// @param workers threads that decode
    /// @param cache of prepared datasets
    /// @param stop polled; true to give up
    /// @throws InterruptedIOException if it was stopped; the same call continues where it stopped
    public TrainingPictures pictures(int side, int channels, boolean folds, ImageCodec codec, int workers,
            CacheFolder cache, ProgressListener listener, BooleanSupplier stop)
            throws IOException, InterruptedException {
        if (prepared.isPresent()) {
            prepared.get().duplicateWarnings(folds).forEach(listener::warning);
            return TrainingPictures.ofShards(dataset.name(), prepared.get(), side, channels, codec);
        }
        if (raw(dataset.training())) {
            return TrainingPictures.inMemory(dataset, side, channels, codec, workers, listener);
        }
        ProgressListener withoutWarnings = ProgressListener.of(listener::progress); // a run warns of rejected pictures itself
        DatasetPreparer.Resources resources = new DatasetPreparer.Resources(codec, workers, false, withoutWarnings,
                stop);
        return switch (new PreparedCache(cache).prepare(name(), dataset, preparation(side, channels), resources)) {
            case DatasetPreparer.Outcome.Finished finished -> {
                PreparedDataset made = finished.dataset();
                listener.message("prepared pictures: " + made.path());
                made.duplicateWarnings(folds).forEach(listener::warning);
                yield TrainingPictures.ofShards(dataset.name(), made, side, channels, codec);
            }
            case DatasetPreparer.Outcome.Stopped stopped -> throw new InterruptedIOException(
                    "stopped after preparing " + stopped.done() + " of " + stopped.total()
                            + " pictures; the same command goes on from there");
        };
    }

    private String name() {
        return String.valueOf(Path.of(dataset.name()).getFileName());
    }

    private static PreparationSettings preparation(int side, int channels) {
        return new PreparationSettings(side, channels, PreparationSettings.encodingFor(side),
                PreparationSettings.SHARD_BYTES, SEED);
    }

    private static boolean raw(ImageDataset pictures) {
        try {
            return pictures.size() > 0 && pictures.source(0).content() instanceof Content.Raw;
        } catch (IOException | UnreadableImageException e) {
            return false; // the file is gone; the preparation reports it
        }
    }
}
