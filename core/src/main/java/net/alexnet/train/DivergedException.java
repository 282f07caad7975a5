package net.alexnet.train;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The loss became NaN or infinite. The message names the step, the layer, the likely cause and the remedy. The step did
/// not update the parameters, and nothing of it was saved.
public class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable Path run;

    public DivergedException(String message) {
        super(message);
        run = null;
    }

    /// @param run the folder of the run
    DivergedException(String message, Path run) {
        super(message);
        this.run = run;
    }

    /// The folder of the run, if there is one.
    public Optional<Path> run() {
        return Optional.ofNullable(run);
    }
}
