package net.alexnet.interop;

/// A decision that a file does not take and only its user can: which classes, which order, which mean; or one that was taken
/// and does not fit. The message says what to name.
public final class ImportException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public ImportException(String message) {
        super(message);
    }
}
