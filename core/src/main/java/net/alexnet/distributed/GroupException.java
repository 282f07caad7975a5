package net.alexnet.distributed;

/// The ranks of a run cannot go on together: one is gone, does not answer, or was started otherwise.
public final class GroupException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// @param message names the rank that is the cause, where it is known
    public GroupException(String message) {
        super(message);
    }

    /// @param message names the rank that is the cause, where it is known
    /// @param cause of the engine
    public GroupException(String message, Throwable cause) {
        super(message, cause);
    }
}
