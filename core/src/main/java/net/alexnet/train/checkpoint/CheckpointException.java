package net.alexnet.train.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A checkpoint cannot be saved, or is damaged. The message names the file, what was found and expected, and what to do.
public class CheckpointException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable Path intact;

    CheckpointException(String message, @Nullable Throwable cause, @Nullable Path intact) {
        super(message, cause);
        this.intact = intact;
    }

    /// The folder of the newest intact checkpoint before the damaged one.
    public Optional<Path> intact() {
        return Optional.ofNullable(intact);
    }
}
