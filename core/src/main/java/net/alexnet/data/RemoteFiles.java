package net.alexnet.data;

import module java.base;

/// Fetches files over HTTP and HTTPS. [ServiceLoader] finds the implementation; the module `interop` has it.
public interface RemoteFiles {
    /// Fetches files into a folder. A file that is there is fetched again only if it has changed at its server, and one that
    /// has arrived in part is continued.
    ///
    /// @param folder that only this user may write to
    /// @param addresses of the files, by their places in the folder
    /// @param limit bytes of all files together, beyond which a warning says that the cache removes them
    /// @param stop asked often; once it says yes, what has arrived stays for the next call
    /// @throws IOException if a file is not there and cannot be fetched; the message names its address
    /// @throws InterruptedException if it was stopped
    void fetch(Path folder, Map<String, URI> addresses, long limit, ProgressListener progress, BooleanSupplier stop)
            throws IOException, InterruptedException;
}
