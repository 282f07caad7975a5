package net.alexnet.data.image;

/// A file that cannot be made a picture; the message says why, in a few words and without the file's name.
public class UnreadableImageException extends Exception {
    private static final long serialVersionUID = 1;

    public UnreadableImageException(String reason) {
        super(reason);
    }
}
