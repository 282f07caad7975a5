package net.alexnet.train;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import net.alexnet.data.loader.Batch;
import net.alexnet.inference.Evaluator.Listener;
import net.alexnet.inference.TopKErrors;
import net.alexnet.inference.Validation;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;

/// Judges a network in training by stored features of the pictures' middles.
///
/// @param set to judge by
/// @param from the row that the features go into
/// @param batch pictures at a time
public record FeatureValidation(FeatureSet set, int from, int batch) implements Validation {
    @Override
    public Optional<TopKErrors.Report> evaluate(Network network, Listener listener, BooleanSupplier stop) {
        int rows = network.architecture().rows().size();
        TopKErrors scores = new TopKErrors(network.architecture().classes());
        for (int done = 0; done < set.size();) {
            int[] pictures = IntStream.range(done, Math.min(set.size(), done + batch)).toArray();
            int[] views = new int[pictures.length];
            Arrays.fill(views, set.center());
            Batch examples = set.examples(pictures, views);
            Backend backend = network.backend();
            try (Scope _ = backend.scope()) {
                float[] said = backend.download(network.outputs(examples.on(backend), from, rows));
                scores.add(said, examples.labels(), pictures.length);
            }
            done += pictures.length;
            listener.done(done, set.size());
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
        }
        return Optional.of(scores.report());
    }
}
