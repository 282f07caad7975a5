package net.alexnet.finetune;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import net.alexnet.eval.Evaluator.Listener;
import net.alexnet.eval.Scores;
import net.alexnet.eval.Validation;
import net.alexnet.input.Examples;
import net.alexnet.net.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;

/// Judges a network in training by stored features of the pictures' middles.
///
/// @param set to judge by
/// @param from the row that the features go into
/// @param batch pictures at a time
public record FeatureValidation(FeatureSet set, int from, int batch) implements Validation {
    @Override
    public Optional<Scores.Report> evaluate(Network network, Listener listener, BooleanSupplier stop) {
        int rows = network.architecture().rows().size();
        Scores scores = new Scores(network.architecture().classes());
        for (int done = 0; done < set.size();) {
            int[] pictures = IntStream.range(done, Math.min(set.size(), done + batch)).toArray();
            int[] views = new int[pictures.length];
            Arrays.fill(views, set.center());
            Examples examples = set.examples(pictures, views);
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
