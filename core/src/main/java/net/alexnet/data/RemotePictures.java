package net.alexnet.data;

import module java.base;
import net.alexnet.io.CacheFolder;
import net.alexnet.io.CacheFolder.Kind;
import net.alexnet.io.Hashes;
import net.alexnet.io.LockFile;

/// Pictures at an address on the web: a tar of WebDataset or a Parquet file, or several with braces as in
/// `https://host/train-{000..007}.tar`. The files are kept in the cache folder, all of one folder of a server in one entry.
public final class RemotePictures {
    private static final Pattern ADDRESS = Pattern.compile("(?i)https?://.*");
    private static final String NAME = "[A-Za-z0-9_%+=,~-][A-Za-z0-9._%+=,~-]*";
    private static final Pattern FILE = Pattern.compile("(" + NAME + "/)*" + NAME + "\\.(tar|parquet)");
    private static final int DIGITS = 16;

    /// An address in three parts.
    ///
    /// @param base the address of the folder, with its last `/`
    /// @param pattern the place of the files in it, perhaps with braces
    /// @param query what follows the place in the address, such as `?download=true`
    private record Address(String base, String pattern, String query) {
        static Address of(String address) {
            int end = address.indexOf('?') < 0 ? address.length() : address.indexOf('?');
            int braces = address.indexOf('{');
            int slash = address.lastIndexOf('/', braces < 0 ? end : Math.min(braces, end));
            return new Address(address.substring(0, slash + 1), address.substring(slash + 1, end),
                    address.substring(end));
        }
    }

    private RemotePictures() {}

    /// Whether a source is an address.
    public static boolean isAddress(String source) {
        return ADDRESS.matcher(source).matches();
    }

    /// The file, folder or pattern of files that a source is on this machine. The files of an address are fetched, unless
    /// they are in the cache and have not changed at their server. Until this process ends they are in use, and so not
    /// evicted.
    ///
    /// @param source an address, or a path
    /// @param stop polled while files are fetched; true to give up
    /// @throws DatasetException if the address cannot be one of pictures
    /// @throws InterruptedIOException if it was stopped; the same call continues where it stopped
    public static Path local(String source, CacheFolder cache, ProgressListener listener, BooleanSupplier stop)
            throws IOException, InterruptedException {
        if (!isAddress(source)) {
            return Path.of(source);
        }
        Address parts = Address.of(source);
        Map<String, URI> addresses = addresses(source, parts);
        RemoteFiles fetcher = ServiceLoader.load(RemoteFiles.class, RemoteFiles.class.getClassLoader()).findFirst()
                .orElseThrow(() -> new DatasetException(source + " is an address, which is read with alexnet-interop on"
                        + " the class path. Add it, or download the files and name their folder"));
        String name = entry(parts);
        Path folder = cache.entry(Kind.DOWNLOADS, name);
        cache.make(Kind.DOWNLOADS, name);
        cache.use(folder);
        listener.message("files of " + source + " are kept in " + folder);
        try (LockFile _ = LockFile.take(folder.resolve("lock"),
                () -> listener.message("waiting for another process that fetches them"), stop)) {
            fetcher.fetch(folder, addresses, cache.limit(), listener, stop);
        } catch (InterruptedException e) {
            if (stop.getAsBoolean()) {
                throw new InterruptedIOException("stopped while fetching " + source
                        + "; what has arrived is kept, and the same command goes on from there");
            }
            throw e;
        }
        cache.trim();
        return folder.resolve(parts.pattern);
    }

    private static Map<String, URI> addresses(String source, Address parts) throws DatasetException {
        Map<String, URI> addresses = new LinkedHashMap<>();
        for (String name : SourceFiles.expanded(parts.pattern)) {
            if (!FILE.matcher(name).matches()) {
                throw new DatasetException(source + " names '" + name + "'; expected an address of .tar or .parquet"
                        + " files such as https://host/train-{000..007}.tar");
            }
            URI address;
            try {
                address = new URI(parts.base + name + parts.query);
            } catch (URISyntaxException e) {
                throw new DatasetException(source + " is not an address: " + e.getMessage()
                        + ". Write other characters as % and two hexadecimal digits", e);
            }
            if (address.getHost() == null || address.getUserInfo() != null || address.getFragment() != null) {
                throw new DatasetException(source + " is not an address that files are fetched from; expected a host"
                        + " without a user name, as in https://host/train-{000..007}.tar");
            }
            addresses.put(name, address);
        }
        return addresses;
    }

    /// The entry of a folder of a server: its name says where the files are from, and its digits are of the whole address.
    private static String entry(Address parts) {
        MessageDigest digest = Hashes.sha256();
        digest.update((parts.base + parts.query).getBytes(StandardCharsets.UTF_8));
        String host = parts.base.replaceFirst("(?i)https?://([^/]*).*", "$1").replaceAll("[^A-Za-z0-9.-]", "-");
        return host + "-" + Hashes.hex(digest).substring(0, DIGITS);
    }
}
