package net.alexnet.data;

import java.io.IOException;

/// Data that cannot be used. The message says where, what was found, what was expected and what to do.
public class DatasetException extends IOException {
    private static final long serialVersionUID = 1;

    public DatasetException(String message) {
        super(message);
    }

    public DatasetException(String message, Throwable cause) {
        super(message, cause);
    }
}
