package net.alexnet.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import net.alexnet.dataset.Content;
import net.alexnet.dataset.Dataset;
import net.alexnet.dataset.DatasetException;
import net.alexnet.dataset.Datasets;
import net.alexnet.dataset.HoldOut;
import net.alexnet.dataset.IdxFiles;
import net.alexnet.dataset.PictureSet;
import net.alexnet.image.PictureCodec;
import net.alexnet.image.UnreadablePictureException;
import net.alexnet.recipe.Recipe;
import net.alexnet.run.TrainingPictures;
import net.alexnet.shards.Preparation;
import net.alexnet.shards.PrepareProgress;
import net.alexnet.shards.PreparedCache;
import net.alexnet.shards.Preparer;
import net.alexnet.shards.ShardedDataset;

/// A recipe's pictures: those that come with the program, a prepared dataset, or a folder of whatever [Datasets] knows.
///
/// @param dataset what was found, before any picture is read
/// @param prepared the same, where it is a prepared dataset
record DataSource(Dataset dataset, Optional<ShardedDataset> prepared) {
    /// How a recipe names the embedded pictures: 6,000 training and 1,000 test pictures of Fashion-MNIST.
    static final String SAMPLE = "sample";

    /// Of the split and of the order in which pictures are stored. Not the run's: runs that differ in their seed are to be
    /// judged by the same pictures, and to share what was prepared.
    static final long SEED = 1;

    /// A source that means the same from every folder.
    static String absolute(String source) {
        return source.equals(SAMPLE) ? source : Path.of(source).toAbsolutePath().normalize().toString();
    }

    static DataSource open(Recipe recipe, PictureCodec codec) throws IOException {
        String source = recipe.data().source();
        List<String> names = recipe.data().classNames();
        HoldOut holdOut = new HoldOut(recipe.data().holdOut(), SEED);
        if (source.equals(SAMPLE)) {
            return new DataSource(IdxFiles
                    .from("the embedded sample",
                            name -> Optional.ofNullable(DataSource.class.getResourceAsStream("sample/" + name)))
                    .open(recipe.network().channels(), holdOut, names), Optional.empty());
        }
        if (ShardedDataset.isIn(Path.of(source))) {
            ShardedDataset prepared = ShardedDataset.open(Path.of(source), codec);
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
                Datasets.open(Path.of(source), codec, recipe.network().channels(), SEED, holdOut.fraction(), names),
                Optional.empty());
    }

    /// The folder that a recipe's pictures came from in the first place; of a prepared dataset that has gone, its own.
    static String root(Recipe recipe, PictureCodec codec) throws IOException {
        String source = recipe.data().source();
        return !source.equals(SAMPLE) && ShardedDataset.isIn(Path.of(source))
                ? ShardedDataset.open(Path.of(source), codec).source()
                : source;
    }

    /// The pictures as they were prepared before, if they were and still are.
    ///
    /// @param side of the squares, in pixels
    /// @param channels 1 or 3
    Optional<ShardedDataset> stored(int side, int channels, PictureCodec codec) throws IOException {
        if (prepared.isPresent() || bare(dataset.training())) {
            return prepared;
        }
        Optional<Path> found = new PreparedCache(UserCache.folder("datasets")).find(name(), dataset,
                preparation(side, channels));
        return found.isEmpty() ? Optional.empty() : Optional.of(ShardedDataset.open(found.get(), codec));
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
            int side, int channels, PictureCodec codec, int workers, ConsoleProgress progress, BooleanSupplier stop)
            throws IOException, InterruptedException {
        if (prepared.isPresent()) {
            return TrainingPictures.ofShards(prepared.get(), side, channels, codec);
        }
        if (bare(dataset.training())) {
            return TrainingPictures.inMemory(dataset, side, channels, codec, workers, progress);
        }
        Preparer.Tools how = new Preparer.Tools(codec, workers, false, quiet(progress), stop);
        return switch (new PreparedCache(UserCache.folder("datasets")).prepare(name(), dataset,
                preparation(side, channels), how)) {
            case Preparer.Outcome.Finished finished -> {
                progress.say("prepared pictures: " + finished.dataset().path());
                warnOfDuplicates(finished.dataset(), progress);
                yield TrainingPictures.ofShards(finished.dataset(), side, channels, codec).named(dataset.name());
            }
            case Preparer.Outcome.Stopped stopped -> throw new IOException(
                    "stopped after preparing " + stopped.done() + " of " + stopped.total()
                            + " pictures; the same command goes on from there");
        };
    }

    private String name() {
        return String.valueOf(Path.of(dataset.name()).getFileName());
    }

    private static Preparation preparation(int side, int channels) {
        return new Preparation(side, channels, Preparation.encodingFor(side), Preparation.SHARD_BYTES, SEED);
    }

    /// Without the warnings: a run has its own of pictures that cannot be read.
    private static PrepareProgress quiet(PrepareProgress progress) {
        return new PrepareProgress() {
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

    private static void warnOfDuplicates(ShardedDataset prepared, ConsoleProgress progress) {
        if (prepared.duplicates() > 0) {
            progress.warning(
                    prepared.duplicates() + " groups of byte-identical pictures stand in more than one class or"
                            + " in both parts; " + prepared.path().resolve("duplicates.tsv") + " lists them");
        }
    }

    private static boolean bare(PictureSet pictures) {
        try {
            return pictures.size() > 0 && pictures.content(0) instanceof Content.Raw;
        } catch (IOException | UnreadablePictureException e) {
            return false; // a file that has gone; the preparation will say so
        }
    }
}
