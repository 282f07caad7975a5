package net.alexnet.inference;

import module java.base;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.loader.DataLoader;
import net.alexnet.data.loader.ImageBatch;
import net.alexnet.data.loader.SequentialSampler;
import net.alexnet.inference.Prediction.Score;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;

/// Evaluates one or several networks on the same images, each by itself and by the mean of their
/// probabilities: the paper's "averaging the predictions of five similar CNNs" (§6.1, table 2). All
/// networks go through the images together, batch by batch, so that memory does not grow with their
/// number.
///
/// @param members at least one, with the same classes and the same images
/// @param views of every image
/// @param batch crops at a time; all crops of an image stay together, so it may be a few more
/// @param workers threads that assemble batches, for each different [Input]
public record Ensemble(List<Member> members, Views views, int batch, int workers) {
    private static final int DEPTH = 2;

    public Ensemble {
        members = List.copyOf(members);
        if (members.stream().map(member -> member.network().architecture().classes()).distinct().count() != 1) {
            throw new IllegalArgumentException("an ensemble needs networks with one number of classes");
        }
        if (members.stream().map(member -> member.input().images().size()).distinct().count() != 1) {
            throw new IllegalArgumentException("an ensemble needs the same pictures for all networks");
        }
    }

    /// Is told how many images are done.
    @FunctionalInterface
    public interface Progress {
        void done(long done, long total);
    }

    /// Receives the probabilities of the average for a batch of images, in the order of the images.
    @FunctionalInterface
    public interface Rows {
        /// Receives a batch.
        ///
        /// @param labels the true class of each image
        /// @param views over all views, `(images, classes)` row by row
        /// @param center of the center view alone, likewise
        void accept(int[] labels, float[] views, float[] center) throws IOException;
    }

    /// A network and the images that it reads.
    public record Member(Network network, Input input) {}

    /// The images for a network. Members with the same input share the work of reading it.
    ///
    /// @param images of the preprocessing's `resize` side and channels
    public record Input(ImageDataset images, Preprocessing preprocessing) {}

    /// The result of an evaluation.
    ///
    /// @param average of the members' probabilities
    /// @param members each by itself, in their order
    public record Outcome(ViewReport average, List<ViewReport> members) {}

    /// The counts for one network or for the average.
    ///
    /// @param views over all views of each image
    /// @param center of the center crop alone, from the same pass; empty if it is the only view
    public record ViewReport(TopKErrors.Report views, Optional<TopKErrors.Report> center) {}

    /// Goes through all images once.
    ///
    /// @param consumer gets the prediction for every image: the average's, over all views
    /// @param stop asked after every batch whether to give up
    /// @return the counts over all images, or nothing if it was stopped
    public Optional<Outcome> evaluate(Progress progress, Prediction.Consumer consumer, BooleanSupplier stop)
            throws IOException, InterruptedException {
        return evaluate(progress, consumer, (_, _, _) -> {}, stop);
    }

    /// As [#evaluate(Progress, Prediction.Consumer, BooleanSupplier)], with the probabilities of all classes.
    ///
    /// @param rows gets them, after the predictions of the same images
    public Optional<Outcome> evaluate(Progress progress, Prediction.Consumer consumer, Rows rows, BooleanSupplier stop)
            throws IOException, InterruptedException {
        Map<Input, DataLoader> loaders = new LinkedHashMap<>();
        try {
            members.forEach(member -> loaders.computeIfAbsent(member.input(), this::loader));
            return evaluate(loaders, progress, consumer, rows, stop);
        } finally {
            loaders.values().forEach(DataLoader::close);
        }
    }

    private Optional<Outcome> evaluate(Map<Input, DataLoader> loaders, Progress progress,
            Prediction.Consumer consumer, Rows rows, BooleanSupplier stop) throws IOException, InterruptedException {
        List<Tally> tallies = members.stream().map(_ -> new Tally(classes())).toList();
        Tally average = new Tally(classes());
        ImageDataset images = members.getFirst().input().images();
        int done = 0;
        while (done < images.size()) {
            Map<Input, ImageBatch> batches = new LinkedHashMap<>();
            for (Map.Entry<Input, DataLoader> entry : loaders.entrySet()) {
                batches.put(entry.getKey(), entry.getValue().next());
            }
            List<ViewProbabilities> each = members.stream().map(member -> ViewProbabilities.of(
                    probabilities(member.network(), Objects.requireNonNull(batches.get(member.input()))), views,
                    classes())).toList();
            ViewProbabilities mean = ViewProbabilities.mean(each);
            int first = done;
            int[] labels = IntStream.range(0, mean.mean().length / classes()).map(i -> images.label(first + i))
                    .toArray();
            for (int i = 0; i < each.size(); i++) {
                tallies.get(i).add(each.get(i), labels);
            }
            average.add(mean, labels);
            for (int i = 0; i < labels.length; i++) {
                consumer.accept(new Prediction(images.name(done + i), labels[i],
                        mean.mean()[i * classes() + labels[i]], best(mean.mean(), i * classes())));
            }
            rows.accept(labels, mean.mean(), mean.center());
            done += labels.length;
            progress.done(done, images.size());
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
        }
        return Optional.of(new Outcome(average.report(views),
                tallies.stream().map(tally -> tally.report(views)).toList()));
    }

    private DataLoader loader(Input input) {
        int batchSize = Math.ceilDiv(batch, views.count());
        SequentialSampler sampler = new SequentialSampler(input.images().size(), batchSize,
                views.of(input.preprocessing()));
        return new DataLoader(
                input.images(), input.preprocessing(), sampler, batchSize * views.count(), workers, DEPTH);
    }

    private int classes() {
        return members.getFirst().network().architecture().classes();
    }

    private static float[] probabilities(Network network, ImageBatch batch) {
        Backend backend = network.backend();
        try (Scope _ = backend.scope()) {
            return backend.download(network.probabilities(batch.on(backend)));
        }
    }

    private List<Score> best(float[] probabilities, int offset) {
        return TopK.best(probabilities, offset, classes(), Prediction.TOP).stream()
                .map(label -> new Score(label, probabilities[offset + label]))
                .toList();
    }

    /// The counts for one network or for the average.
    private record Tally(TopKErrors all, TopKErrors center) {
        Tally(int classes) {
            this(new TopKErrors(classes), new TopKErrors(classes));
        }

        void add(ViewProbabilities probabilities, int[] labels) {
            all.add(probabilities.mean(), labels, labels.length);
            center.add(probabilities.center(), labels, labels.length);
        }

        ViewReport report(Views views) {
            return new ViewReport(all.report(),
                    views == Views.CENTER ? Optional.empty() : Optional.of(center.report()));
        }
    }
}
