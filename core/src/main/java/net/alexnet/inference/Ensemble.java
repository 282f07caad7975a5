package net.alexnet.inference;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.loader.DataLoader;
import net.alexnet.data.loader.ImageBatch;
import net.alexnet.data.loader.SequentialSampler;
import net.alexnet.inference.Evaluator.Listener;
import net.alexnet.inference.Prediction.Score;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;

/// Networks that are evaluated together on the same pictures, each by itself and by the mean of what they say: the paper's
/// "averaging the predictions of five similar CNNs" (§6.1, table 2). One network is an ensemble too.
///
/// All go through the pictures in step, batch by batch, so that nothing grows with their number.
///
/// @param members at least one, on the same classes and the same pictures
/// @param views of every picture
/// @param batch views at a time; all views of a picture stay together, so it may be a few more
/// @param workers threads that assemble batches, for each different [Input]
public record Ensemble(List<Member> members, Views views, int batch, int workers) {
    private static final int DEPTH = 2;

    public Ensemble {
        members = List.copyOf(members);
        if (members.stream().map(member -> member.network().architecture().classes()).distinct().count() != 1) {
            throw new IllegalArgumentException("an ensemble needs networks with one number of classes");
        }
        if (members.stream().map(member -> member.input().squares().size()).distinct().count() != 1) {
            throw new IllegalArgumentException("the networks of an ensemble must be shown the same pictures");
        }
    }

    /// A network and what it is shown.
    public record Member(Network network, Input input) {}

    /// The pictures for a network. Members with the same input share the work of reading it.
    ///
    /// @param squares of the preprocessing's `resize` side and channels
    /// @param preprocessing what the pictures go through
    public record Input(ImageDataset squares, Preprocessing preprocessing) {}

    /// What was found.
    ///
    /// @param average of the members' probabilities
    /// @param members each by itself, in their order
    public record Outcome(ViewReport average, List<ViewReport> members) {}

    /// The counts for one source of probabilities.
    ///
    /// @param views over all views of each picture
    /// @param center of the middle alone, from the same pass; empty if it is the only view
    public record ViewReport(TopKErrors.Report views, Optional<TopKErrors.Report> center) {}

    /// Goes through all pictures once.
    ///
    /// @param consumer gets every picture's prediction: the average's, over all views
    /// @param stop asked after every batch whether to give up
    /// @return the counts over all pictures, or nothing if it was stopped
    public Optional<Outcome> evaluate(Listener listener, Prediction.Consumer consumer, BooleanSupplier stop)
            throws IOException, InterruptedException {
        List<Tally> tallies = members.stream().map(_ -> new Tally(views, classes())).toList();
        Tally average = new Tally(views, classes());
        ImageDataset pictures = members.getFirst().input().squares();
        int done = 0;
        try (Feeds feeds = new Feeds(this)) {
            while (done < pictures.size()) {
                List<ViewProbabilities> said = probabilities(feeds.next());
                ViewProbabilities mean = ViewProbabilities.mean(said);
                int[] labels = labels(pictures, done, mean.mean().length / classes());
                for (int i = 0; i < said.size(); i++) {
                    tallies.get(i).add(said.get(i), labels);
                }
                average.add(mean, labels);
                for (int i = 0; i < labels.length; i++) {
                    consumer.accept(
                            new Prediction(pictures.name(done + i), labels[i], best(mean.mean(), i * classes())));
                }
                done += labels.length;
                listener.done(done, pictures.size());
                if (stop.getAsBoolean()) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(new Outcome(average.report(), tallies.stream().map(Tally::report).toList()));
    }

    private DataLoader feed(Input input) {
        int batchSize = Math.ceilDiv(batch, views.count());
        SequentialSampler plan = new SequentialSampler(input.squares().size(), batchSize,
                views.of(input.preprocessing()));
        return new DataLoader(
                input.squares(), input.preprocessing(), plan, batchSize * views.count(), workers, DEPTH);
    }

    private int classes() {
        return members.getFirst().network().architecture().classes();
    }

    private List<ViewProbabilities> probabilities(Map<Input, ImageBatch> batches) {
        List<ViewProbabilities> said = new ArrayList<>();
        for (Member member : members) {
            ImageBatch batch = batches.get(member.input());
            if (batch == null) {
                throw new IllegalStateException("no feed for " + member.input().preprocessing());
            }
            said.add(ViewProbabilities.of(probabilities(member.network(), batch), views, classes()));
        }
        return said;
    }

    private static float[] probabilities(Network network, ImageBatch batch) {
        Backend backend = network.backend();
        try (Scope _ = backend.scope()) {
            return backend.download(network.probabilities(batch.on(backend)));
        }
    }

    private static int[] labels(ImageDataset pictures, int from, int count) {
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = pictures.label(from + i);
        }
        return labels;
    }

    private List<Score> best(float[] probabilities, int offset) {
        return TopK.best(probabilities, offset, classes(), Prediction.TOP).stream()
                .map(label -> new Score(label, probabilities[offset + label]))
                .toList();
    }

    /// The counts of one source of probabilities.
    private static final class Tally {
        private final Views counted;
        private final TopKErrors views;
        private final TopKErrors center;

        Tally(Views counted, int classes) {
            this.counted = counted;
            this.views = new TopKErrors(classes);
            this.center = new TopKErrors(classes);
        }

        void add(ViewProbabilities said, int[] labels) {
            views.add(said.mean(), labels, labels.length);
            center.add(said.center(), labels, labels.length);
        }

        ViewReport report() {
            return new ViewReport(
                    views.report(), counted == Views.CENTER ? Optional.empty() : Optional.of(center.report()));
        }
    }

    /// One feed for each different input, all at the same batch.
    private static final class Feeds implements AutoCloseable {
        private final Map<Input, DataLoader> feeds = new LinkedHashMap<>();

        Feeds(Ensemble ensemble) {
            try {
                for (Member member : ensemble.members) {
                    feeds.computeIfAbsent(member.input(), ensemble::feed);
                }
            } catch (RuntimeException | Error e) {
                close();
                throw e;
            }
        }

        Map<Input, ImageBatch> next() throws IOException, InterruptedException {
            Map<Input, ImageBatch> batches = new LinkedHashMap<>();
            for (Map.Entry<Input, DataLoader> entry : feeds.entrySet()) {
                batches.put(entry.getKey(), entry.getValue().next());
            }
            return batches;
        }

        @Override
        public void close() {
            feeds.values().forEach(DataLoader::close);
        }
    }
}
