package net.alexnet.inference;

import net.alexnet.tensor.BackendException;
import org.jspecify.annotations.Nullable;

/// There is no compute engine, or it cannot run in this JVM. The message says what is missing and what to do.
public final class EngineUnavailableException extends BackendException {
    private static final long serialVersionUID = 1;

    /// @param cause `null` if nothing failed and the engine is merely not there
    public EngineUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
