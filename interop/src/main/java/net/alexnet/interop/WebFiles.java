package net.alexnet.interop;

import java.net.http.HttpClient;
import module java.base;
import net.alexnet.data.ProgressListener;
import net.alexnet.data.RemoteFiles;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.PrivateFolder;
import net.alexnet.io.RegularFile;

/// Fetches files of pictures one after the other by `Downloader`.
public final class WebFiles implements RemoteFiles {
    /// The most bytes of a file: many times what shards of datasets have.
    private static final long LIMIT = 64L << 30;

    private final Downloader.Settings settings;

    /// With the patience for the open internet.
    public WebFiles() {
        this(Downloader.Settings.DEFAULT);
    }

    WebFiles(Downloader.Settings settings) {
        this.settings = settings;
    }

    /// If a server does not answer, or refuses, then files that are there already are used as they are, and a warning says
    /// so.
    @Override
    public void fetch(Path folder, Map<String, URI> addresses, long limit, ProgressListener progress,
            BooleanSupplier stop) throws IOException, InterruptedException {
        HttpClient client = Downloader.client();
        try {
            boolean answers = true;
            long bytes = 0;
            int number = 0;
            for (Map.Entry<String, URI> entry : addresses.entrySet()) {
                number++;
                Path target = folder.resolve(entry.getKey());
                if (!answers && isThere(target)) {
                    continue;
                }
                makeFolders(folder, target);
                String task = "fetching " + entry.getKey() + " (" + number + " of " + addresses.size() + ")";
                try {
                    Downloader.fetch(client, settings, new Downloader.Wanted(target.getFileName().toString(),
                            entry.getValue(), null, LIMIT, null), target.resolveSibling(""),
                            new PulledModels.Progress((done, total) -> progress.progress(task, done, total.orElse(0)),
                                    progress::message),
                            stop);
                } catch (IOException e) {
                    if (!isThere(target)) {
                        String address = entry.getValue().toString();
                        String problem = AtomicFiles.reason(e);
                        throw new IOException((problem.contains(address) ? "" : "cannot fetch " + address + ": ")
                                + problem + ". Check the address; the same command goes on after what has arrived", e);
                    }
                    answers = false;
                    progress.warning(
                            AtomicFiles.reason(e) + ", so files that were fetched before are used as they are");
                }
                long before = bytes;
                bytes += Files.size(target);
                if (before <= limit && bytes > limit) {
                    progress.warning(
                            "the files fetched to %s have %,d bytes so far, and the cache keeps %,d: it removes"
                                    .formatted(folder, bytes, limit)
                                    + " them when they were not used for two hours, and they are"
                                    + " fetched again. Run `prepare` on the address and use the prepared folder");
                }
            }
        } finally {
            client.shutdownNow();
        }
    }

    private static boolean isThere(Path file) {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    /// Makes the folders between a folder and a file in it, none of which may be a link.
    private static void makeFolders(Path folder, Path target) throws IOException {
        Path between = folder;
        for (Path name : folder.relativize(target.resolveSibling(""))) {
            between = between.resolve(name);
            RegularFile.requireOwnFolderOrMissing(between);
            PrivateFolder.make(between);
        }
    }
}
