package net.alexnet.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.alexnet.model.Model;
import net.alexnet.tensor.Backend;

/// A trained model as a user names it: a run's folder, one of its checkpoints, or a `.safetensors` file.
final class ModelFile {
    /// Which of a run's checkpoints is meant.
    enum Which {
        /// The newest: what the run's own figures are about.
        LAST,
        /// The one with the least validation error; that figure is then a little too good, having been chosen.
        BEST
    }

    private ModelFile() {}

    static Model open(Path path, Which which, Backend backend) throws IOException {
        if (Files.isRegularFile(path) && !path.endsWith("latest")) {
            return Model.open(path, backend);
        }
        RunCheckpoint checkpoint = switch (which) {
            case LAST -> RunCheckpoint.last(path);
            case BEST -> RunCheckpoint.best(path);
        };
        return Model.open(checkpoint.load().modelFile(), backend);
    }
}
