package net.alexnet.data.image;

/// A picture file that would take more memory or time to decode than is allowed, whether or not it is broken.
public final class ImageTooLargeException extends UnreadableImageException {
    private static final long serialVersionUID = 1;

    public ImageTooLargeException(String reason) {
        super(reason);
    }
}
