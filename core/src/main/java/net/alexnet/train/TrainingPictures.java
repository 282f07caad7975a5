package net.alexnet.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.alexnet.data.Dataset;
import net.alexnet.data.DatasetException;
import net.alexnet.data.PreparationSettings;
import net.alexnet.data.PreparedDataset;
import net.alexnet.data.RejectedImage;
import net.alexnet.data.ResizedImages;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.PixelStatistics;

/// The pictures of a run, ready to be fed.
///
/// @param squares its sets give squares of the size and channels that were asked for
/// @param statistics of the training squares
/// @param unreadTraining what was left out of the training pictures
/// @param unreadValidation what was left out of the validation pictures
public record TrainingPictures(
        Dataset squares, PixelStatistics statistics, List<RejectedImage> unreadTraining,
        List<RejectedImage> unreadValidation) {
    public TrainingPictures {
        unreadTraining = List.copyOf(unreadTraining);
        unreadValidation = List.copyOf(unreadValidation);
    }

    /// All that was left out.
    public List<RejectedImage> rejected() {
        List<RejectedImage> all = new ArrayList<>(unreadTraining);
        all.addAll(unreadValidation);
        return List.copyOf(all);
    }

    /// Reads every picture of a small collection once and holds the squares in memory, where they fit.
    ///
    /// @param side of the squares, in pixels
    /// @param channels of the collection's pictures
    /// @param workers how many threads decode
    public static TrainingPictures inMemory(
            Dataset dataset, int side, int channels, ImageCodec codec, int workers, RunListener progress)
            throws IOException, InterruptedException {
        ResizedImages training = new ResizedImages(
                dataset.training(), codec, side, channels, ResizedImages.defaultBudget());
        Optional<PixelStatistics> statistics = training.read(workers,
                (done, total) -> progress.preparing("training", done, total), () -> false);
        ResizedImages validation = new ResizedImages(
                dataset.validation(), codec, side, channels, ResizedImages.defaultBudget());
        validation.read(workers, (done, total) -> progress.preparing("validation", done, total), () -> false);
        Dataset squares = new Dataset(dataset.name(), dataset.classes(), training.readable(), validation.readable(),
                dataset.split(), dataset.synsets());
        return new TrainingPictures(squares, statistics.orElseThrow(), training.rejected(), validation.rejected());
    }

    /// The pictures of a prepared dataset, made smaller where that is wanted; small sets stay in memory once they have
    /// been decoded.
    ///
    /// @param side of the squares, in pixels
    /// @param channels of the pictures
    /// @throws DatasetException if the dataset has other channels, or was prepared smaller
    public static TrainingPictures ofShards(PreparedDataset dataset, int side, int channels, ImageCodec codec)
            throws IOException {
        PreparationSettings prepared = dataset.preparation();
        if (prepared.channels() != channels || prepared.side() < side) {
            throw new DatasetException(dataset.path() + " was prepared with squares of " + prepared.side()
                    + " pixels and " + prepared.channels() + " channels, but " + side + " (pictures.resize) and "
                    + channels + " (network.channels) are wanted. Prepare it again with --size " + side
                    + " --channels " + channels + ", or set the recipe's keys");
        }
        Dataset stored = dataset.dataset();
        Dataset squares = new Dataset(
                stored.name(),
                stored.classes(),
                dataset.resizedImages(stored.training(), side, codec, ResizedImages.defaultBudget()),
                dataset.resizedImages(stored.validation(), side, codec, ResizedImages.defaultBudget()),
                stored.split(),
                stored.synsets());
        return new TrainingPictures(squares, scaled(dataset.statistics(), side), dataset.unreadTraining(),
                dataset.unreadValidation());
    }

    /// The same pictures, split otherwise.
    TrainingPictures with(Dataset split) {
        return new TrainingPictures(split, statistics, unreadTraining, unreadValidation);
    }

    /// The same pictures under the name by which a user knows them.
    public TrainingPictures named(String name) {
        Dataset known = new Dataset(name, squares.classes(), squares.training(), squares.validation(), squares.split(),
                squares.synsets());
        return new TrainingPictures(known, statistics, unreadTraining, unreadValidation);
    }

    /// The statistics of the stored squares stand for those of smaller ones; averaging leaves the means as they are and
    /// takes a little from the deviations.
    private static PixelStatistics scaled(PixelStatistics stored, int side) {
        return side == stored.meanImage().side()
                ? stored
                : new PixelStatistics(stored.images(), stored.mean(), stored.std(),
                        stored.meanImage().scaled(side), stored.colorPca());
    }
}
