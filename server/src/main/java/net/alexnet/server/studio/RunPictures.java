package net.alexnet.server.studio;

import module java.base;
import net.alexnet.Options;
import net.alexnet.data.Dataset;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.PreparedDataset;
import net.alexnet.data.ProgressListener;
import net.alexnet.data.RemotePictures;
import net.alexnet.data.Sample;
import net.alexnet.data.image.ColorShift;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.data.loader.Augmentation;
import net.alexnet.data.loader.BatchIndices;
import net.alexnet.data.loader.PcaColorNoise;
import net.alexnet.inference.Engines;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.studio.RunTable.Run;
import net.alexnet.train.DataSource;
import net.alexnet.train.TrainingRun;
import net.alexnet.train.config.Recipe;

/// The pictures that a run learns from. None of them is kept in memory.
///
/// @param prepared the same pictures as they were prepared, if they were
record RunPictures(Recipe recipe, Dataset dataset, Optional<PreparedDataset> prepared, ImageCodec codec) {
    private static final int COUNTED = 300; // pictures that statistics are estimated by

    /// Opens the pictures that a run's recipe names.
    ///
    /// @throws HttpFailure of status 404 if they are no longer there, or at an address, of which
    ///     nothing is fetched here
    static RunPictures of(Run run, Options options) throws IOException, HttpFailure {
        Recipe recipe = run.folder().recipe();
        requireLocal(recipe);
        ImageCodec codec = Engines.find().codec();
        try {
            DataSource source = DataSource.open(recipe, codec, options.reporting(ProgressListener.NONE, () -> false)
                    .cache(), ProgressListener.NONE, () -> false);
            Optional<PreparedDataset> stored = source.stored(recipe.pictures().resize(), recipe.network().channels(),
                    codec, options.reporting(ProgressListener.NONE, () -> false).cache());
            Dataset used = stored.map(PreparedDataset::dataset).orElse(source.dataset()); // draws go by its order
            return new RunPictures(recipe, TrainingRun.split(recipe, used), stored, codec);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /// Refuses pictures that would have to be fetched.
    ///
    /// @throws HttpFailure of status 404 if the recipe names an address
    static void requireLocal(Recipe recipe) throws HttpFailure {
        if (RemotePictures.isAddress(recipe.data().source())) {
            throw new HttpFailure(404, "the pictures of this run are at an address, and the page fetches nothing");
        }
    }

    /// The training pictures' statistics: those of the prepared dataset, or of some of the
    /// pictures.
    PixelStatistics statistics() {
        if (prepared.isPresent()) {
            return prepared.get().statistics();
        }
        ImageDataset training = dataset.training();
        int side = recipe.pictures().resize();
        PixelStatistics.Accumulator sums = new PixelStatistics.Accumulator(side, recipe.network().channels());
        int count = Math.min(COUNTED, training.size());
        for (int i = 0; i < count; i++) {
            image((int) ((long) i * training.size() / count)).ifPresent(sums::add);
        }
        return sums.statistics();
    }

    /// A training picture, resized as the run does; empty if it cannot be read.
    Optional<Image> image(int index) {
        return image(dataset.training().samples().get(index));
    }

    /// A picture of either part by its name; empty if there is none, or it cannot be read.
    Optional<Image> image(String name) {
        return Stream.of(dataset.training(), dataset.validation()).flatMap(part -> part.samples().stream())
                .filter(one -> one.name().equals(name)).findFirst().flatMap(this::image);
    }

    /// A picture, resized as the run does; empty if it cannot be read.
    Optional<Image> image(Sample sample) {
        try {
            return Optional.of(sample.source().content().resized(codec, recipe.pictures().resize(),
                    recipe.network().channels()));
        } catch (IOException | UnreadableImageException e) {
            return Optional.empty();
        }
    }

    /// What training makes of a picture, an epoch after the other.
    ///
    /// @param index of the training picture
    /// @param epochs how many
    List<Image> draws(int index, Image picture, PixelStatistics statistics, int epochs) {
        Recipe.Pictures how = recipe.pictures();
        Augmentation augmentation = new Augmentation(how.randomCrop(), how.cropArea(), how.mirror(),
                how.colorNoise() == 0 || recipe.network().channels() == 1
                        ? Optional.empty()
                        : Optional.of(new PcaColorNoise(statistics.colorPca(), how.colorNoise())));
        int side = recipe.network().input();
        return IntStream.range(0, epochs).mapToObj(epoch -> {
            BatchIndices.Input input = augmentation.input(recipe.seed(), epoch, index, how.resize(), side);
            Crop crop = input.view();
            Image part = picture.crop(crop.left(), crop.top(), crop.side(), crop.side());
            Image view = crop.side() == side ? part : codec.resize(part, side, side);
            return shifted(crop.mirrored() ? view.mirrored() : view, input.shift());
        }).toList();
    }

    private static Image shifted(Image view, ColorShift shift) {
        byte[] samples = new byte[view.samples().length];
        int channels = view.channels();
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (byte) Math.clamp(Math.round((view.samples()[i] & 0xFF) + shift.of(i % channels)), 0, 255);
        }
        return new Image(view.width(), view.height(), channels, samples);
    }
}
