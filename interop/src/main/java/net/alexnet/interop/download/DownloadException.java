package net.alexnet.interop.download;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A file could not be fetched, or is not the one that was published. The message says what to do.
public final class DownloadException extends IOException {
    private static final long serialVersionUID = 1;

    DownloadException(String message) {
        this(message, null);
    }

    DownloadException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
