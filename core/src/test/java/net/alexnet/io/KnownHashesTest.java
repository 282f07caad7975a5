package net.alexnet.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownHashesTest {
    @TempDir
    Path root;

    private final List<Path> files = new ArrayList<>();
    private final List<Integer> read = new ArrayList<>();

    @BeforeEach
    void write() throws Exception {
        for (int i = 0; i < 3; i++) {
            files.add(Files.writeString(root.resolve("file-" + i), "content " + i));
        }
    }

    private List<String> hashes(String purpose) throws IOException {
        read.clear();
        return KnownHashes.of(root.resolve("known"), purpose,
                files.stream().map(file -> new FilePart(file, 0)).toList(),
                i -> {
                    read.add(i);
                    return Files.readString(files.get(i)).replace(' ', '-');
                });
    }

    private List<String> hashes() throws IOException {
        return hashes("test");
    }

    /// Until files that were just written count as settled.
    private static void settle() throws InterruptedException {
        Thread.sleep(KnownHashes.SETTLED.plusMillis(100));
    }

    @Test
    void aFileIsReadOnceUntilItChanges() throws Exception {
        settle();
        List<String> expected = List.of("content-0", "content-1", "content-2");
        assertThat(hashes()).isEqualTo(expected);
        assertThat(read).containsExactly(0, 1, 2);
        assertThat(hashes()).isEqualTo(expected);
        assertThat(read).isEmpty();
        hashes("another purpose");
        assertThat(read).hasSize(3);
        Files.writeString(files.get(1), "changed 1"); // of the same size
        assertThat(hashes()).containsExactly("content-0", "changed-1", "content-2");
        assertThat(read).containsExactly(1);
    }

    @Test
    void aFileMoreLeavesTheOthersKnownAndOneThatHasGoneIsForgotten() throws Exception {
        Path deeper = Files.writeString(Files.createDirectories(root.resolve("deeper")).resolve("file"), "content x");
        Path later = Files.writeString(root.resolve("later"), "content y");
        settle();
        hashes();
        files.add(1, deeper);
        assertThat(hashes()).containsExactly("content-0", "content-x", "content-1", "content-2");
        assertThat(read).containsExactly(1);
        assertThat(Files.readString(listing())).contains(deeper.toString());
        Files.delete(deeper);
        Path first = files.removeFirst();
        files.set(0, later);
        hashes();
        assertThat(read).containsExactly(0);
        assertThat(Files.readString(listing())).contains(first.toString()).doesNotContain(deeper.toString());
        files.addFirst(first);
        hashes();
        assertThat(read).as("not asked for in between").isEmpty();
    }

    /// As a model's file that is mapped while it is replaced.
    @Test
    void whatWasOpenedBeforeItWasReplacedIsNotTakenForTheNewOne() throws Exception {
        Path file = files.getFirst();
        Path next = Files.writeString(root.resolve("next"), "content 9");
        settle();
        KnownHashes.Look before = KnownHashes.look(file);
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(KnownHashes.of(root.resolve("known"), "test", file, before, _ -> "old")).isEqualTo("old");
        settle();
        KnownHashes.Look now = KnownHashes.look(file);
        assertThat(KnownHashes.of(root.resolve("known"), "test", file, now, _ -> "new")).isEqualTo("new");
        assertThat(KnownHashes.of(root.resolve("known"), "test", file, now, _ -> "read again")).isEqualTo("new");
    }

    @Test
    void aTimeThatWasPutBackHidesNothing() throws Exception {
        settle();
        hashes();
        FileTime before = Files.getLastModifiedTime(files.get(2));
        Files.writeString(files.get(2), "changed 2");
        Files.setLastModifiedTime(files.get(2), before);
        assertThat(hashes()).contains("changed-2");
    }

    /// As when a file is changed twice within a tick: the second time it looks the same.
    @Test
    void whatChangedJustBeforeItWasReadIsReadAgain() throws Exception {
        hashes();
        assertThat(hashes()).hasSize(3);
        assertThat(read).as("younger than a tick").containsExactly(0, 1, 2);
        settle();
        Files.setLastModifiedTime(files.get(0), FileTime.from(Instant.now().plusSeconds(3600)));
        hashes();
        hashes();
        assertThat(read).as("a clock that goes ahead").containsExactly(0);
    }

    @Test
    void aDamagedListingIsNotBelieved() throws Exception {
        settle();
        List<String> expected = hashes();
        Path listing = listing();
        Files.writeString(listing, Files.readString(listing).replace("content-1", "content-7"));
        assertThat(hashes()).isEqualTo(expected);
        assertThat(read).hasSize(3);
        Files.writeString(listing, "");
        assertThat(hashes()).isEqualTo(expected);
    }

    private Path listing() throws IOException {
        try (Stream<Path> all = Files.list(root.resolve("known"))) {
            return all.findFirst().orElseThrow();
        }
    }

    @Test
    void whereNothingCanBeKeptHashesAreComputed() throws Exception {
        settle();
        Files.writeString(root.resolve("known"), "a file where the folder should be");
        assertThat(hashes()).isEqualTo(hashes()).contains("content-0");
        Files.delete(root.resolve("known"));
        files.set(1, Files.writeString(root.resolve("empty"), ""));
        settle();
        hashes();
        hashes();
        assertThat(read).as("an empty hash stands for what could not be read").containsExactly(1);
    }
}
