package net.alexnet.tensor;

/// A failure inside a compute engine; the message names the operation and the shapes.
public class BackendException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BackendException(String message, Throwable cause) {
        super(message, cause);
    }
}
