package net.alexnet.tensor;

import org.jspecify.annotations.Nullable;

/// A failure inside a compute engine; the message names the operation and the shapes.
public class BackendException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BackendException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
