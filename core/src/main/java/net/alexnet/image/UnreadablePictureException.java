package net.alexnet.image;

/// A file that cannot be made a picture; the message says why, in a few words and without the file's name.
public class UnreadablePictureException extends Exception {
    private static final long serialVersionUID = 1;

    public UnreadablePictureException(String reason) {
        super(reason);
    }
}
