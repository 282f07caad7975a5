package net.alexnet.inference;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The files that an evaluation writes in addition to its report, if any.
public final class PredictionFiles implements Prediction.Consumer, AutoCloseable {
    private final List<PredictionWriter> files = new ArrayList<>();

    /// Adds a file; this closes it.
    public void add(PredictionWriter file) {
        files.add(file);
    }

    @Override
    public void accept(Prediction prediction) throws IOException {
        for (PredictionWriter file : files) {
            file.accept(prediction);
        }
    }

    /// Gives every file its name.
    public void finish() throws IOException {
        for (PredictionWriter file : files) {
            file.finish();
        }
    }

    /// Closes all of them, whichever fails.
    @Override
    public void close() throws IOException {
        if (!files.isEmpty()) {
            try (PredictionWriter _ = files.removeLast()) {
                close();
            }
        }
    }
}
