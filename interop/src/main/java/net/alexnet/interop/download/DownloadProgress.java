package net.alexnet.interop.download;

import java.util.OptionalLong;

/// Is told how a download goes, on the thread that asked for it.
public interface DownloadProgress {
    /// Some bytes have been written.
    ///
    /// @param done of the file so far, those of earlier runs included
    /// @param total if it is known
    void bytes(long done, OptionalLong total);

    /// Something that a person may want to know: it is resumed, tried again, waited for.
    void note(String text);
}
