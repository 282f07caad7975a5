package net.alexnet.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.alexnet.inference.Prediction;
import net.alexnet.inference.PredictionWriter;

/// The files that an evaluation writes besides its report: none, one or more.
final class PredictionFiles implements Prediction.Consumer, AutoCloseable {
    private final List<PredictionWriter> files = new ArrayList<>();

    void add(PredictionWriter file) {
        files.add(file);
    }

    @Override
    public void accept(Prediction prediction) throws IOException {
        for (PredictionWriter file : files) {
            file.accept(prediction);
        }
    }

    /// Gives every file its name.
    void finish() throws IOException {
        for (PredictionWriter file : files) {
            file.finish();
        }
    }

    @Override
    public void close() throws IOException {
        Optional<IOException> failure = Optional.empty();
        for (PredictionWriter file : files) { // each of them, or a draft would stay behind
            try {
                file.close();
            } catch (IOException e) {
                failure = failure.or(() -> Optional.of(e));
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
    }
}
