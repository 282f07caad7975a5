package net.alexnet.server.studio;

import module java.base;
import net.alexnet.Options;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.ProgressListener;
import net.alexnet.data.image.Image;
import net.alexnet.inference.CachedFeatures;
import net.alexnet.inference.FeatureCache;
import net.alexnet.inference.FeatureExtractor;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.inference.NearestNeighbors;
import net.alexnet.inference.NearestNeighbors.Neighbor;
import net.alexnet.inference.Views;
import net.alexnet.nn.Network;
import net.alexnet.server.Call;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Reply;
import net.alexnet.server.studio.Jobs.Job;
import net.alexnet.server.studio.RunTable.Run;
import net.alexnet.train.ModelFile;
import net.alexnet.train.OpenModel;
import org.jspecify.annotations.Nullable;

/// The training pictures that are most similar to a picture by the last hidden layer, as in the
/// paper's figure 4. Their features are computed when they are first asked for, with half of the
/// cores, and stored in the cache folder.
final class Neighbors implements AutoCloseable {
    private static final int COMPARED = 5000; // training pictures at most, evenly spread
    private static final int SHOWN = 6;
    private static final int MOST_JOBS = 4; // that wait, compute or are kept

    private final RunLookup lookup;
    private final OpenModels models;
    private final Options options;
    private final Jobs<Found> jobs = new Jobs<>("features", MOST_JOBS);

    Neighbors(RunLookup lookup, OpenModels models) {
        this.lookup = lookup;
        this.models = models;
        this.options = models.options().threads(Math.max(1, models.options().threads() / 2));
    }

    private record Found(RunPictures pictures, ImageDataset images, CachedFeatures features) {}

    private record Near(double distance, String file, String label) {}

    private record Answer(String state, long done, long total, List<Near> near,
            @Nullable Tiles pictures) {}

    /// The training pictures that are nearest to the picture in the body. While features are
    /// computed, the answer says how far that is.
    Reply near(Call call) throws IOException, HttpFailure, InterruptedException {
        Run run = lookup.run(call);
        CheckpointId checkpoint = lookup.checkpoint(run, call);
        Job<Found> job = job(run, checkpoint);
        if (job.failure().isPresent()) {
            jobs.forget(checkpoint); // told once; whoever asks again tries again
            throw new HttpFailure(404, "there are no pictures to compare with: " + job.failure().get());
        }
        if (job.result().isEmpty()) {
            return Reply.json(new Answer("computing", job.done(), job.total(), List.of(), null));
        }
        Found found = job.result().get();
        return models.with(checkpoint, model -> {
            float[] query = model.predictor(Views.CENTER).features(
                    List.of(TryPage.square(model, call.body())),
                    FeatureLayer.lastHidden(model.card().network().architecture())).getFirst();
            List<Near> near = new ArrayList<>();
            List<Image> pictures = new ArrayList<>();
            for (Neighbor one : NearestNeighbors.nearest(found.features, query, SHOWN, _ -> true)) {
                int index = found.features.rows().get(one.row()).picture();
                Optional<Image> image = found.pictures.image(found.images.samples().get(index));
                if (image.isPresent()) {
                    near.add(new Near(one.distance(), found.images.name(index),
                            found.images.classes().get(found.images.label(index))));
                    pictures.add(image.get());
                }
            }
            return Reply.json(
                    new Answer("done", 0, 0, near, pictures.isEmpty() ? null : Tiles.of(pictures)));
        });
    }

    /// The job of a checkpoint, which waits until those before it have ended.
    private Job<Found> job(Run run, CheckpointId checkpoint) throws HttpFailure {
        Optional<Job<Found>> known = jobs.find(checkpoint);
        if (known.isEmpty() && jobs.busy()) {
            throw HttpFailure.busy("features of other runs are being computed", 10);
        }
        return known.isPresent()
                ? known.get()
                : jobs.start(checkpoint, (progress, stop) -> found(run, checkpoint, progress, stop));
    }

    private Found found(Run run, CheckpointId checkpoint, ProgressListener progress, BooleanSupplier stop)
            throws IOException, HttpFailure, InterruptedException {
        RunPictures pictures = RunPictures.of(run, options);
        ImageDataset training = pictures.dataset().training();
        int count = Math.min(COMPARED, training.size());
        ImageDataset images = count == training.size()
                ? training
                : training.subset(IntStream.range(0, count)
                        .map(i -> (int) ((long) i * training.size() / count)).toArray());
        ModelFile file = ModelFile.find(checkpoint.folder(), options.checkpoint());
        try (OpenModel open = OpenModel.of(file, options.device(), options.threads(), options.precision())) {
            Network network = open.model().network();
            FeatureLayer layer = FeatureLayer.lastHidden(network.architecture());
            FeatureExtractor extractor = new FeatureExtractor(network, layer, open.card().preprocessing(),
                    Views.CENTER, FeatureCache.BATCH, options.threads());
            return new Found(pictures, images, new FeatureCache(extractor, file.layers(layer.end()),
                    new FeatureCache.Resources(options.reporting(progress, stop).cache(), pictures.codec(), progress,
                            "computing features", stop))
                    .of(images));
        }
    }

    @Override
    public void close() {
        jobs.close();
    }
}
