package net.alexnet.data;

import java.io.IOException;

/// Data that cannot be used; the message says where, what was expected, what was found, and what to do.
public class DatasetException extends IOException {
    private static final long serialVersionUID = 1;

    public DatasetException(String message) {
        super(message);
    }

    public DatasetException(String message, Throwable cause) {
        super(message, cause);
    }
}
