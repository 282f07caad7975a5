package net.alexnet.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
    @TempDir
    Path folder;

    @Test
    void replacesAFileWhole() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "old");

        AtomicFiles.write(file, out -> out.write(new byte[] {'n', 'e', 'w'}));

        assertThat(file).hasContent("new");
        assertThat(folder.toFile().list()).containsExactly("a.txt");
    }

    @Test
    void keepsTheOldFileWhenTheNewOneFails() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "old");

        assertThatThrownBy(() -> AtomicFiles.write(file, out -> {
            out.write(1);
            throw new IOException("No space left on device");
        })).isInstanceOf(IOException.class).hasMessage("cannot write " + file + ": No space left on device");

        assertThat(file).hasContent("old");
        assertThat(folder.toFile().list()).containsExactly("a.txt");
    }

    @Test
    void openDraftsAreDeletedOnRequestAndPublishedFilesStay() throws IOException {
        Path published = folder.resolve("published.txt");
        AtomicFiles.writeString(published, "whole");
        try (AtomicFileWriter open = new AtomicFileWriter(folder.resolve("open.txt"))) {
            open.stream().write(new byte[1 << 20]);
            assertThat(folder.toFile().list()).hasSize(2);
            AtomicFileWriter.deleteDrafts(); // as the program does when a signal ends it
            assertThat(folder.toFile().list()).containsExactly("published.txt");
            assertThatThrownBy(open::publish).isInstanceOf(IOException.class).hasMessageContaining("open.txt");
        }
        assertThat(published).hasContent("whole");
    }

    @Test
    void theBeginningIsWrittenOverBeforeItIsPublished() throws IOException {
        Path file = folder.resolve("a.txt");
        try (AtomicFileWriter writer = new AtomicFileWriter(file)) {
            writer.stream().write("????, the end".getBytes(StandardCharsets.US_ASCII));
            writer.overwriteStart("from".getBytes(StandardCharsets.US_ASCII));
            writer.stream().write('.');
            writer.publish();
        }
        assertThat(file).hasContent("from, the end.");
    }

    @Test
    void deletesATreeAndNothingWhereThereIsNone() throws IOException {
        Files.createDirectories(folder.resolve("x/y/z"));
        Files.writeString(folder.resolve("x/y/f"), "");

        AtomicFiles.deleteTree(folder.resolve("x"));
        AtomicFiles.deleteTree(folder.resolve("x"));

        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void twoWritersOfTheSameFileDoNotInterfere() throws IOException {
        Path file = folder.resolve("a.txt");
        Path own = Files.writeString(folder.resolve("a.txt.tmp"), "a user's own");

        AtomicFiles.write(file, out -> {
            out.write('1');
            AtomicFiles.writeString(file, "second");
            assertThat(file).hasContent("second");
            out.write('1');
        });

        assertThat(file).hasContent("11");
        assertThat(own).hasContent("a user's own");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("a.txt", "a.txt.tmp");
    }

    @Test
    void aFolderThatIsMissingIsNamed() {
        Path file = folder.resolve("none/a.txt");
        assertThatThrownBy(() -> AtomicFiles.writeString(file, "")).isInstanceOf(IOException.class)
                .hasMessage("cannot write " + file + ": no such file or folder: " + folder.resolve("none"));
    }

    // --- folders -----------------------------------------------------------------------------------------------------

    @Test
    void severalMayDeleteTheSameTree() throws Exception {
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 200; i++) {
                Files.writeString(Files.createDirectories(folder.resolve("x/" + i % 7 + "/" + i)).resolve("f"), "");
            }
            atOnce(_ -> AtomicFiles.deleteTree(folder.resolve("x")));
            assertThat(folder).isEmptyDirectory();
        }
    }

    private Path tree(String name, String content) throws IOException {
        Path tree = Files.createDirectory(folder.resolve(name));
        Files.writeString(tree.resolve("content"), content);
        return tree;
    }

    private static boolean isGood(Path tree) {
        try {
            return Files.readString(tree.resolve("content")).startsWith("good");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void anEquivalentFolderIsKeptAndAnyOtherIsReplaced() throws IOException {
        Path place = folder.resolve("place");
        AtomicFiles.placeTree(tree("first", "bad"), place, AtomicFilesTest::isGood);
        assertThat(place.resolve("content")).hasContent("bad");
        AtomicFiles.placeTree(tree("second", "good 2"), place, AtomicFilesTest::isGood);
        assertThat(place.resolve("content")).hasContent("good 2");
        AtomicFiles.placeTree(tree("third", "good 3"), place, AtomicFilesTest::isGood);
        assertThat(place.resolve("content")).hasContent("good 2");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("place", "third");
        assertThatThrownBy(
                () -> AtomicFiles.placeTree(folder.resolve("none"), folder.resolve("to"), AtomicFilesTest::isGood))
                .isInstanceOf(IOException.class);
    }

    @Test
    void severalMayPlaceTheSameTree() throws Exception {
        for (int round = 0; round < 50; round++) {
            Path place = tree("place", "bad");
            atOnce(i -> AtomicFiles.placeTree(tree("draft-" + i, "good"), place, AtomicFilesTest::isGood));
            assertThat(place.resolve("content")).hasContent("good");
            assertThat(folder.toFile().list()).noneMatch(name -> name.endsWith(".tmp"));
            AtomicFiles.deleteTree(folder);
            Files.createDirectory(folder);
        }
    }

    private interface Job {
        void run(int number) throws IOException;
    }

    /// Four begin together.
    private static void atOnce(Job job) throws Exception {
        CyclicBarrier start = new CyclicBarrier(4);
        List<CompletableFuture<Void>> all = IntStream.range(0, 4).mapToObj(i -> CompletableFuture.runAsync(() -> {
            try {
                start.await();
                job.run(i);
            } catch (IOException | InterruptedException | BrokenBarrierException e) {
                throw new CompletionException(e);
            }
        }, task -> Thread.ofPlatform().start(task))).toList();
        for (CompletableFuture<Void> one : all) {
            one.get();
        }
    }
}
