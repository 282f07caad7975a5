package net.alexnet.app;

/// What the user asked for cannot be meant; exit code 2.
final class MisuseException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MisuseException(String message) {
        super(message);
    }
}
