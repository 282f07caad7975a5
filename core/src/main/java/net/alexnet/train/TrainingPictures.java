package net.alexnet.train;

import module java.base;
import net.alexnet.data.Dataset;
import net.alexnet.data.DatasetException;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.PreparedDataset;
import net.alexnet.data.ProgressListener;
import net.alexnet.data.RejectedImage;
import net.alexnet.data.ResizedImages;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.PixelStatistics;

/// The pictures of a run, resized.
///
/// @param dataset of pictures of the side and channels that were asked for
/// @param statistics of the training pictures
/// @param rejected what cannot be read and was left out
public record TrainingPictures(Dataset dataset, PixelStatistics statistics, List<RejectedImage> rejected) {
    public TrainingPictures {
        rejected = List.copyOf(rejected);
    }

    /// Reads every picture of a small collection once and holds the resized ones in memory, where they fit.
    ///
    /// @param side of the resized pictures, in pixels
    /// @param channels of the collection's pictures
    /// @param workers how many threads decode
    public static TrainingPictures inMemory(
            Dataset dataset, int side, int channels, ImageCodec codec, int workers, ProgressListener progress)
            throws IOException, InterruptedException {
        ResizedImages training = new ResizedImages(
                dataset.training(), codec, side, channels, ResizedImages.defaultBudget());
        Optional<PixelStatistics> statistics = training.read(workers,
                (done, total) -> progress.progress("reading training pictures", done, total), () -> false);
        ResizedImages validation = new ResizedImages(
                dataset.validation(), codec, side, channels, ResizedImages.defaultBudget());
        validation.read(workers,
                (done, total) -> progress.progress("reading validation pictures", done, total), () -> false);
        List<RejectedImage> rejected = new ArrayList<>(training.rejected());
        rejected.addAll(validation.rejected());
        return new TrainingPictures(with(dataset, dataset.name(), training.readable(), validation.readable()),
                statistics.orElseThrow(), rejected);
    }

    /// The pictures of a prepared dataset, made smaller where that is wanted; small sets stay in memory once they have
    /// been decoded.
    ///
    /// @param name by which a user knows the dataset
    /// @param side of the pictures, in pixels
    /// @param channels of the pictures
    /// @throws DatasetException if the dataset has other channels, or was prepared smaller
    static TrainingPictures ofShards(String name, PreparedDataset prepared, int side, int channels, ImageCodec codec)
            throws IOException {
        prepared.require(side, channels, "the recipe (pictures.resize, network.channels)");
        Dataset stored = prepared.dataset();
        long budget = ResizedImages.defaultBudget();
        return new TrainingPictures(
                with(stored, name, prepared.resizedImages(stored.training(), side, codec, budget),
                        prepared.resizedImages(stored.validation(), side, codec, budget)),
                scaled(prepared.statistics(), side), RejectedImage.read(prepared.path()));
    }

    private static Dataset with(Dataset dataset, String name, ImageDataset training, ImageDataset validation) {
        return new Dataset(name, dataset.classes(), training, validation, dataset.split(), dataset.synsets());
    }

    /// The statistics of the stored pictures stand for those of smaller ones; averaging leaves the means as they are and
    /// takes a little from the deviations.
    private static PixelStatistics scaled(PixelStatistics stored, int side) {
        return side == stored.meanImage().side()
                ? stored
                : new PixelStatistics(stored.images(), stored.mean(), stored.std(),
                        stored.meanImage().scaled(side), stored.colorPca());
    }
}
