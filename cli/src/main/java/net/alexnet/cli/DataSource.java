package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import net.alexnet.data.Content;
import net.alexnet.data.Dataset;
import net.alexnet.data.DatasetException;
import net.alexnet.data.Datasets;
import net.alexnet.data.IdxFiles;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.TrainValidationSplit;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.data.shard.DatasetPreparer;
import net.alexnet.data.shard.PreparationListener;
import net.alexnet.data.shard.PreparationSettings;
import net.alexnet.data.shard.PreparedCache;
import net.alexnet.data.shard.PreparedDataset;
import net.alexnet.io.CacheFolder;
import net.alexnet.train.TrainingPictures;
import net.alexnet.train.config.Recipe;

/// A recipe's pictures: those that come with the program, a prepared dataset, or a folder of whatever [Datasets] knows.
///
/// @param dataset what was found, before any picture is read
/// @param prepared the same, where it is a prepared dataset
record DataSource(Dataset dataset, Optional<PreparedDataset> prepared) {
    /// How a recipe names the embedded pictures: 6,000 training and 1,000 test pictures of Fashion-MNIST.
    static final String SAMPLE = "sample";

    /// Of the split and of the order in which pictures are stored. Not the run's: runs that differ in their seed are to be
    /// judged by the same pictures, and to share what was prepared.
    static final long SEED = 1;

    /// A source that means the same from every folder.
    static String absolute(String source) {
        return source.equals(SAMPLE) ? source : Path.of(source).toAbsolutePath().normalize().toString();
    }

    static DataSource open(Recipe recipe, ImageCodec codec) throws IOException {
        String source = recipe.data().source();
        List<String> names = recipe.data().classNames();
        TrainValidationSplit holdOut = new TrainValidationSplit(recipe.data().holdOut(), SEED);
        if (source.equals(SAMPLE)) {
            return new DataSource(IdxFiles
                    .from("the embedded sample",
                            name -> Optional.ofNullable(DataSource.class.getResourceAsStream("sample/" + name)))
                    .open(holdOut, names), Optional.empty());
        }
        if (PreparedDataset.isIn(Path.of(source))) {
            PreparedDataset prepared = PreparedDataset.open(Path.of(source), codec);
            List<String> classes = prepared.dataset().classes();
            if (!names.isEmpty() && !names.equals(classes)) {
                throw new DatasetException(
                        source + " has the classes " + classes + ", but the recipe's data.class_names"
                                + " are " + names
                                + ". Prepare it again with a classes.txt of these names beside the pictures, or"
                                + " leave data.class_names empty");
            }
            return new DataSource(prepared.dataset(), Optional.of(prepared));
        }
        return new DataSource(
                Datasets.open(Path.of(source), SEED, holdOut.fraction(), names),
                Optional.empty());
    }

    /// The folder that a recipe's pictures came from in the first place; of a prepared dataset that has gone, its own.
    static String root(Recipe recipe, ImageCodec codec) throws IOException {
        String source = recipe.data().source();
        return !source.equals(SAMPLE) && PreparedDataset.isIn(Path.of(source))
                ? PreparedDataset.open(Path.of(source), codec).source()
                : source;
    }

    /// The pictures as they were prepared before, if they were and still are.
    ///
    /// @param side of the squares, in pixels
    /// @param channels 1 or 3
    Optional<PreparedDataset> stored(int side, int channels, ImageCodec codec) throws IOException {
        if (prepared.isPresent() || bare(dataset.training())) {
            return prepared;
        }
        Optional<Path> found = new PreparedCache(CacheFolder.ofUser()).find(name(), dataset,
                preparation(side, channels));
        return found.isEmpty() ? Optional.empty() : Optional.of(PreparedDataset.open(found.get(), codec));
    }

    /// The largest squares that can be had.
    int largestSide() {
        return prepared.map(dataset -> dataset.preparation().side()).orElse(Integer.MAX_VALUE);
    }

    /// The pictures as squares. Files of pictures are prepared in the user's cache, unless they stand there
    /// already; bare samples need no decoding and are held in memory.
    ///
    /// @param side of the squares, in pixels
    /// @param channels 1 or 3
    /// @param workers how many threads decode
    /// @param stop asked whether to give up
    /// @throws IOException also if it was stopped
    TrainingPictures pictures(
            int side, int channels, ImageCodec codec, int workers, ConsoleProgress progress, BooleanSupplier stop)
            throws IOException, InterruptedException {
        if (prepared.isPresent()) {
            return TrainingPictures.ofShards(prepared.get(), side, channels, codec);
        }
        if (bare(dataset.training())) {
            return TrainingPictures.inMemory(dataset, side, channels, codec, workers, progress);
        }
        DatasetPreparer.Tools how = new DatasetPreparer.Tools(codec, workers, false, quiet(progress), stop);
        return switch (new PreparedCache(CacheFolder.ofUser()).prepare(name(), dataset,
                preparation(side, channels), how)) {
            case DatasetPreparer.Outcome.Finished finished -> {
                progress.say("prepared pictures: " + finished.dataset().path());
                warnOfDuplicates(finished.dataset(), progress);
                yield TrainingPictures.ofShards(finished.dataset(), side, channels, codec).named(dataset.name());
            }
            case DatasetPreparer.Outcome.Stopped stopped -> throw new IOException(
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

    /// Without the warnings: a run has its own of pictures that cannot be read.
    private static PreparationListener quiet(PreparationListener progress) {
        return new PreparationListener() {
            @Override
            public void report(Stage stage, long done, long total) {
                progress.report(stage, done, total);
            }

            @Override
            public void warning(String text) {
                // said by the run, or below
            }
        };
    }

    private static void warnOfDuplicates(PreparedDataset prepared, ConsoleProgress progress) {
        if (prepared.duplicates() > 0) {
            progress.warning(
                    prepared.duplicates() + " groups of byte-identical pictures stand in more than one class or"
                            + " in both parts; " + prepared.path().resolve("duplicates.tsv") + " lists them");
        }
    }

    private static boolean bare(ImageDataset pictures) {
        try {
            return pictures.size() > 0 && pictures.source(0).content() instanceof Content.Raw;
        } catch (IOException | UnreadableImageException e) {
            return false; // a file that has gone; the preparation will say so
        }
    }
}
