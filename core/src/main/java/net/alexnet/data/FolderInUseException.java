package net.alexnet.data;

/// Another process is preparing the same folder.
final class FolderInUseException extends DatasetException {
    private static final long serialVersionUID = 1;

    FolderInUseException(String message) {
        super(message);
    }
}
