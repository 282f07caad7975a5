package net.alexnet.cli;

/// What the user asked for cannot be meant; exit code 2.
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message);
    }
}
