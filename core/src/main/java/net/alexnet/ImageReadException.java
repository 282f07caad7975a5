package net.alexnet;

import java.io.IOException;

/// A picture that cannot be read: there is no such file, the bytes are not a picture in a known format, or it is broken or too
/// large.
public class ImageReadException extends IOException {
    private static final long serialVersionUID = 1;

    private final String reason;

    /// @param name of the picture, such as its file
    /// @param reason why it cannot be read, in a few words
    ImageReadException(String name, String reason, Throwable cause) {
        super(name + " cannot be read as a picture: " + reason, cause);
        this.reason = reason;
    }

    /// Why, in a few words and without the picture's name.
    public String reason() {
        return reason;
    }
}
