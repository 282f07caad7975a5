package net.alexnet.app;

import java.nio.file.Path;

/// The user's cache folder (XDG Base Directory): what can be made or fetched again.
final class UserCache {
    private UserCache() {}

    /// The folder for one kind of things; it need not be there.
    static Path folder(String kind) {
        String root = System.getenv("XDG_CACHE_HOME");
        Path caches = root == null || root.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : Path.of(root);
        return caches.resolve("alexnet").resolve(kind);
    }
}
