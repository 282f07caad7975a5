package net.alexnet.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import net.alexnet.io.CacheFolder.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CacheFolderTest {
    @TempDir
    private Path root;

    private CacheFolder cache(long limit) {
        return new CacheFolder(root, limit, Duration.ofDays(1));
    }

    private Path entry(Kind kind, String name, int bytes, int days) throws IOException {
        Path entry = Files.createDirectories(cache(0).entry(kind, name));
        Files.write(entry.resolve("file"), new byte[bytes]);
        age(entry, days);
        return entry;
    }

    private static void age(Path entry, int days) throws IOException {
        FileTime then = FileTime.from(Instant.now().minus(Duration.ofDays(days)));
        List<Path> all;
        try (Stream<Path> files = Files.walk(entry)) {
            all = files.toList();
        }
        for (Path file : all) {
            Files.setLastModifiedTime(file, then);
        }
    }

    @Test
    void theLeastRecentlyUsedOfAllKindsGoFirst() throws Exception {
        Path oldest = entry(Kind.DATASETS, "oldest", 100, 9);
        Path older = entry(Kind.FEATURES, "older", 100, 8);
        Path newer = entry(Kind.DATASETS, "newer", 100, 7);
        Path newest = entry(Kind.FEATURES, "newest", 100, 6);
        cache(400).trim();
        assertThat(List.of(oldest, older, newer, newest)).allMatch(Files::exists);
        cache(250).trim();
        assertThat(List.of(oldest, older)).noneMatch(Files::exists);
        assertThat(List.of(newer, newest)).allMatch(Files::exists);
        CacheFolder.touch(newer);
        cache(0).trim();
        assertThat(newer).as("used within the last day").exists();
        assertThat(newest).doesNotExist();
    }

    @Test
    void anEntryThatAnyProcessUsesStays() throws Exception {
        Path entry = entry(Kind.DATASETS, "used", 100, 9);
        Process other = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), Holder.class.getName(), root.toString(), entry.toString())
                .redirectErrorStream(true).start();
        try {
            assertThat(other.getInputStream().read()).isEqualTo('h');
            age(entry, 9);
            FileTime aged = Files.getLastModifiedTime(entry);
            while (Files.getLastModifiedTime(entry).equals(aged)) {
                Thread.sleep(10); // until the other process marks it again
            }
            cache(0).trim();
            assertThat(entry).as("used by another process").exists();
            other.destroyForcibly().waitFor();
            age(entry, 9);
            cache(0).trim();
            assertThat(entry).as("used by none").doesNotExist();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void anEntryThatThisProcessUsesStays() throws Exception {
        Path entry = entry(Kind.DATASETS, "used", 100, 9);
        cache(0).use(entry);
        age(entry, 9);
        cache(0).trim();
        assertThat(entry).exists();
    }

    /// Another process may use it while the entries before it are removed.
    @Test
    void anEntryThatIsUsedDuringAnEvictionStays() throws Exception {
        Path first = entry(Kind.DATASETS, "first", 100, 9);
        Path wanted = entry(Kind.DATASETS, "wanted", 100, 8);
        for (int i = 0; i < 2_000; i++) {
            Files.createFile(first.resolve("file" + i));
        }
        age(first, 9);
        Thread trim = Thread.ofPlatform().start(() -> cache(0).trim());
        while (Files.exists(first)) {
            Thread.onSpinWait(); // until it is renamed, to be deleted
        }
        CacheFolder.touch(wanted);
        trim.join();
        assertThat(wanted).exists();
    }

    @Test
    void anEntryNamedLikeADraftStays() throws Exception {
        Path entry = entry(Kind.DATASETS, "photos.tmp-2024", 100, 9);
        cache(1000).trim();
        assertThat(entry).exists();
    }

    /// A program of its own that uses an entry until it is killed.
    static final class Holder {
        public static void main(String[] arguments) throws Exception {
            CacheFolder cache = new CacheFolder(Path.of(arguments[0]), 0, Duration.ofSeconds(1));
            cache.use(Path.of(arguments[1]));
            System.out.println("holds it");
            Thread.sleep(Duration.ofMinutes(1));
        }
    }

    @Test
    void modelsAndFilesOfOthersStay() throws Exception {
        Path model = entry(Kind.MODELS, "paper", 100, 9);
        Path natives = Files.createDirectories(root.resolve("javacpp/library"));
        age(natives, 9);
        cache(0).trim();
        assertThat(model).exists();
        assertThat(natives).exists();
    }

    @Test
    void aDraftIsPlacedWholeOrLeavesNothing() throws Exception {
        CacheFolder cache = cache(100);
        try (CacheFolder.Draft draft = cache.draft(Kind.FEATURES, "a")) {
            Files.writeString(draft.folder().resolve("file"), "whole");
            assertThat(cache.entry(Kind.FEATURES, "a")).doesNotExist();
            draft.place(Files::exists);
        }
        assertThat(cache.entry(Kind.FEATURES, "a").resolve("file")).hasContent("whole");
        try (CacheFolder.Draft draft = cache.draft(Kind.FEATURES, "b")) {
            Files.writeString(draft.folder().resolve("file"), "half");
        }
        assertThat(cache.folder(Kind.FEATURES).toFile().list()).containsExactly("a");
    }

    @Test
    void aDraftStaysAsLongAsItsProcessDoes() throws Exception {
        try (CacheFolder.Draft draft = cache(1000).draft(Kind.FEATURES, "a")) {
            Path left = Files.createDirectory(draft.folder().resolveSibling("a.tmp-" + UUID.randomUUID()));
            age(draft.folder(), 9);
            cache(1000).trim();
            assertThat(left).as("changed within the last day").exists();
            age(left, 9);
            cache(1000).trim();
            assertThat(left).doesNotExist();
            assertThat(draft.folder()).exists();
        }
    }

    @Test
    void nothingToRemoveIsNoFailure() {
        new CacheFolder(root.resolve("none")).trim();
        assertThat(root.resolve("none")).doesNotExist();
    }

    @Test
    void onlyAbsolutePathsOfTheEnvironmentCount() {
        assertThat(CacheFolder.userCaches(Map.of("XDG_CACHE_HOME", "/x", "HOME", "/h"), "/j")).isEqualTo(Path.of("/x"));
        assertThat(CacheFolder.userCaches(Map.of("XDG_CACHE_HOME", "x", "HOME", "/h"), "/j"))
                .isEqualTo(Path.of("/h/.cache"));
        assertThat(CacheFolder.userCaches(Map.of("HOME", ""), "/j")).isEqualTo(Path.of("/j/.cache"));
    }
}
