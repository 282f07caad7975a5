package net.alexnet.io;

import java.nio.file.Path;
import java.util.Map;

/// The user's cache folder (XDG Base Directory): what can be made or fetched again. The launcher has the same rule.
public final class UserCache {
    private UserCache() {}

    /// The folder for one kind of things; it need not be there.
    public static Path folder(String kind) {
        return root(System.getenv(), System.getProperty("user.home")).resolve("alexnet").resolve(kind);
    }

    /// `HOME` before what Java knows, which is the password file's: in containers and under `sudo` these differ. What is not
    /// absolute is no answer, as XDG has it.
    public static Path root(Map<String, String> environment, String home) {
        Path caches = Path.of(environment.getOrDefault("XDG_CACHE_HOME", ""));
        Path user = Path.of(environment.getOrDefault("HOME", ""));
        return caches.isAbsolute() ? caches : (user.isAbsolute() ? user : Path.of(home)).resolve(".cache");
    }
}
