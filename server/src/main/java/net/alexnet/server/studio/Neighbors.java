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
import net.alexnet.io.AtomicFiles;
import net.alexnet.nn.Network;
import net.alexnet.server.Call;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Reply;
import net.alexnet.server.studio.RunTable.Run;
import net.alexnet.tensor.BackendException;
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
    private final Models models;
    private final Options options;
    private final ExecutorService executor = Executors
            .newSingleThreadExecutor(Thread.ofPlatform().daemon().name("features").factory());
    private volatile boolean closed;
    private final SequencedMap<CheckpointId, Job> jobs = new LinkedHashMap<>(MOST_JOBS, 0.75f, true);

    Neighbors(RunLookup lookup, Models models) {
        this.lookup = lookup;
        this.models = models;
        this.options = models.options().threads(Math.max(1, models.options().threads() / 2));
    }

    private static final class Job {
        private final CheckpointId checkpoint;
        private volatile long done;
        private volatile long total;
        private volatile @Nullable String failure;
        private volatile @Nullable Found found;

        Job(CheckpointId checkpoint) {
            this.checkpoint = checkpoint;
        }
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
        Job job = job(run, checkpoint);
        if (job.failure != null) {
            forget(job); // told once; whoever asks again tries again
            throw new HttpFailure(404, "there are no pictures to compare with: " + job.failure);
        }
        Found found = job.found;
        if (found == null) {
            return Reply.json(new Answer("computing", job.done, job.total, List.of(), null));
        }
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
    private synchronized Job job(Run run, CheckpointId checkpoint) throws HttpFailure {
        Job known = jobs.get(checkpoint);
        if (known != null) {
            return known;
        }
        if (jobs.size() == MOST_JOBS) {
            Job ended = jobs.values().stream().filter(one -> one.found != null || one.failure != null).findFirst()
                    .orElseThrow(() -> HttpFailure.busy("features of other runs are being computed", 10));
            jobs.remove(ended.checkpoint);
        }
        Job started = new Job(checkpoint);
        jobs.put(checkpoint, started);
        executor.execute(() -> work(run, started));
        return started;
    }

    private synchronized void forget(Job job) {
        jobs.remove(job.checkpoint, job);
    }

    private void work(Run run, Job job) {
        ProgressListener progress = new ProgressListener() {
            @Override
            public void progress(String task, long done, long total) {
                job.done = done;
                job.total = total;
            }
        };
        BooleanSupplier stop = () -> closed;
        try {
            RunPictures pictures = RunPictures.of(run, options);
            ImageDataset training = pictures.dataset().training();
            int count = Math.min(COMPARED, training.size());
            ImageDataset images = count == training.size()
                    ? training
                    : training.subset(IntStream.range(0, count)
                            .map(i -> (int) ((long) i * training.size() / count)).toArray());
            ModelFile file = ModelFile.find(job.checkpoint.folder(), options.checkpoint());
            try (OpenModel open = OpenModel.of(file, options.device(), options.threads())) {
                Network network = open.model().network();
                FeatureLayer layer = FeatureLayer.lastHidden(network.architecture());
                FeatureExtractor extractor = new FeatureExtractor(network, layer, open.card().preprocessing(),
                        Views.CENTER, FeatureCache.BATCH, options.threads());
                job.found = new Found(pictures, images, new FeatureCache(extractor, file.layers(layer.end()),
                        new FeatureCache.Tools(options.reporting(progress, stop).cache(), pictures.codec(), progress,
                                "computing features", stop))
                        .of(images));
            }
        } catch (IOException e) {
            job.failure = AtomicFiles.reason(e);
        } catch (HttpFailure | BackendException | IllegalArgumentException e) {
            job.failure = String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            job.failure = "stopped";
        } catch (RuntimeException | Error e) { // whoever waits for it must be told
            job.failure = "it failed unexpectedly: " + e;
        }
    }

    @Override
    public void close() {
        closed = true;
        executor.shutdown();
    }
}
