package net.alexnet.interop;

import static net.alexnet.interop.ScriptedServer.head;
import static net.alexnet.interop.ScriptedServer.honest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import net.alexnet.interop.ScriptedServer.Answer;
import net.alexnet.io.Hashes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DownloaderTest {
    private static final int SIZE = 300_000;
    private static final int HALF = SIZE / 2;
    private static final int LARGE = 8 << 20;
    private static final Downloader.Settings IMPATIENT = new Downloader.Settings(
            Duration.ofMillis(1500), 3, Duration.ofMillis(5));

    @TempDir
    Path folder;

    private final byte[] content = new byte[SIZE];
    private final List<String> notes = new ArrayList<>();
    private String hash = "";

    @BeforeEach
    void fill() throws IOException {
        new Random(1).nextBytes(content);
        Path file = Files.write(folder.resolve("original"), content);
        hash = "sha256:" + Hashes.hex(file);
        Files.delete(file);
    }

    private PublishedModel file(URI address, @Nullable Long size) {
        return PublishedModelTest.model("net.pth", address, size, hash);
    }

    private Path fetch(PublishedModel file, BooleanSupplier stop) throws IOException, InterruptedException {
        return Downloader.fetch(IMPATIENT, Downloader.Wanted.of(file), folder, new PulledModels.Progress(
                (done, total) -> assertThat(done).isBetween(1L, total.orElse(Long.MAX_VALUE)), notes::add), stop);
    }

    private Path fetch(ScriptedServer server) throws IOException, InterruptedException {
        return fetch(file(server.address("/net.pth"), (long) SIZE), () -> false);
    }

    private List<String> left() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).sorted()
                    .toList();
        }
    }

    private void arrives(Answer answer, int requests) throws Exception {
        try (ScriptedServer server = new ScriptedServer(answer)) {
            Path file = fetch(server);
            assertThat(Files.readAllBytes(file)).isEqualTo(content);
            assertThat(file).isEqualTo(folder.resolve("net.pth"));
            assertThat(server.requests).hasSize(requests);
            assertThat(left()).containsExactly("net.pth");
        }
    }

    private void fails(Answer answer, int requests, String... said) throws Exception {
        try (ScriptedServer server = new ScriptedServer(answer)) {
            assertThatThrownBy(() -> fetch(server)).isInstanceOf(IOException.class)
                    .satisfies(e -> assertThat(e.getMessage()).contains(said));
            assertThat(server.requests).hasSize(requests);
            assertThat(folder.resolve("net.pth")).doesNotExist();
        }
    }

    @Test
    void fileIsDownloadedOnce() throws Exception {
        arrives((_, request, out) -> honest(request, content, out), 1);
        arrives((_, _, _) -> {}, 0);
    }

    // --- broken off ------------------------------------------------------------------------------------------------

    @Test
    void brokenTransferIsResumed() throws Exception {
        try (ScriptedServer server = new ScriptedServer((number, request, out) -> {
            if (number == 0) {
                head(out, "200 OK", "Content-Length: " + SIZE);
                out.write(content, 0, HALF);
            } else {
                honest(request, content, out);
            }
        })) {
            assertThat(Files.readAllBytes(fetch(server))).isEqualTo(content);
            assertThat(server.requests).hasSize(2);
            assertThat(server.requests.getLast().offset()).isPositive().isLessThanOrEqualTo(HALF);
            assertThat(server.requests.getFirst().headers()).doesNotContainKey("range");
        }
    }

    @Test
    void serverWithoutRangesIsReadFromTheStart() throws Exception {
        arrives((number, _, out) -> {
            head(out, "200 OK", "Content-Length: " + SIZE);
            out.write(content, 0, number == 0 ? HALF : SIZE);
        }, 2);
    }

    @Test
    void piecesOfTwoVersionsAreFetchedOnceMore() throws Exception {
        arrives((number, request, out) -> {
            if (number == 0) {
                head(out, "200 OK", "Content-Length: " + SIZE);
                out.write(new byte[HALF]);
            } else {
                honest(request, content, out);
            }
        }, 3);
    }

    @Test
    void wrongContentRangeIsRefused() throws Exception {
        arrives((number, request, out) -> {
            if (number == 0) {
                head(out, "200 OK", "Content-Length: " + SIZE);
                out.write(content, 0, HALF);
            } else if (number == 1) {
                head(out, "206 Partial Content", "Content-Length: 10",
                        "Content-Range: bytes 0-9/" + SIZE);
                out.write(content, 0, 10);
            } else {
                honest(request, content, out);
            }
        }, 3);
    }

    @Test
    void refusedRangeStartsFromTheBeginning() throws Exception {
        arrives((number, request, out) -> {
            if (number == 0) {
                head(out, "200 OK", "Content-Length: " + SIZE);
                out.write(content, 0, HALF);
            } else if (request.offset() > 0) {
                head(out, "416 Range Not Satisfiable", "Content-Length: 0");
            } else {
                honest(request, content, out);
            }
        }, 3);
    }

    @Test
    void stalledTransferIsRetried() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        arrives((number, request, out) -> {
            if (number == 0) {
                head(out, "200 OK", "Content-Length: " + SIZE);
                out.write(content, 0, HALF);
                out.flush();
                end.await();
            } else {
                honest(request, content, out);
            }
        }, 2);
        assertThat(notes).anyMatch(note -> note.contains("sent nothing for 1.5 s"));
        end.countDown();
    }

    @Test
    void serverThatNeverAnswersFailsAtOnce() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        fails((_, _, _) -> end.await(), 1, "sent nothing for 1.5 s");
        end.countDown();
    }

    /// The client repeats a request itself if nothing arrived.
    @Test
    void connectionThatBreaksBeforeTheFirstAnswerIsRetried() throws Exception {
        arrives((number, request, out) -> {
            if (number == 0) {
                out.write("HTTP/1.1 2".getBytes(StandardCharsets.US_ASCII));
            } else {
                honest(request, content, out);
            }
        }, 2);
        assertThat(notes).hasSize(1).allMatch(note -> note.contains("trying again"));
    }

    @Test
    void repeatedFailuresEndTheDownloadAndKeepThePart() throws Exception {
        AtomicBoolean repaired = new AtomicBoolean();
        try (ScriptedServer server = new ScriptedServer((_, request, out) -> {
            if (repaired.get()) {
                honest(request, content, out);
            } else {
                head(out, "200 OK", "Content-Length: " + SIZE);
                out.write(content, 0, HALF);
            }
        })) {
            assertThatThrownBy(() -> fetch(server)).isInstanceOf(IOException.class)
                    .hasMessageContaining("broke off").hasMessageContaining("attempt 3");
            long arrived = Files.size(folder.resolve("net.pth.part"));
            repaired.set(true);
            assertThat(Files.readAllBytes(fetch(server))).isEqualTo(content);
            assertThat(server.requests).hasSize(4);
            assertThat(server.requests.getLast().offset()).isEqualTo(arrived).isPositive();
            assertThat(left()).containsExactly("net.pth");
        }
    }

    /// A part of another version is longer than what each attempt brings.
    @Test
    void progressIsCountedFromZeroOnceThePartIsDeleted() throws Exception {
        byte[] large = large();
        Files.write(folder.resolve("net.pth.part"), new byte[large.length - 1]);
        try (ScriptedServer server = new ScriptedServer((number, request, out) -> {
            if (number == 0) {
                head(out, "416 Range Not Satisfiable", "Content-Length: 0");
            } else {
                int end = Math.min(LARGE, number * LARGE / 4);
                honest(request, Arrays.copyOf(large, end), out);
            }
        })) {
            PublishedModel file = file(server.address("/"), (long) LARGE);
            assertThat(Files.readAllBytes(fetch(file, () -> false))).isEqualTo(large);
            assertThat(server.requests).hasSize(5);
        }
    }

    /// Each answer but those to ranges brings more than a MiB, which would be progress for ever.
    @Test
    void deletionsOfThePartAreCounted() throws Exception {
        byte[] large = large();
        try (ScriptedServer server = new ScriptedServer((_, request, out) -> {
            if (request.offset() > 0) {
                head(out, "416 Range Not Satisfiable", "Content-Length: 0");
            } else {
                honest(request, Arrays.copyOf(large, LARGE / 2), out);
            }
        })) {
            PublishedModel file = file(server.address("/"), (long) LARGE);
            assertThatThrownBy(() -> fetch(file, () -> false)).isInstanceOf(IOException.class)
                    .hasMessageContaining("the server has no bytes from")
                    .hasMessageContaining("(attempt 3)");
            assertThat(server.requests).hasSize(6);
        }
    }

    private byte[] large() throws IOException {
        byte[] large = new byte[LARGE];
        new Random(2).nextBytes(large);
        Path file = Files.write(folder.resolve("original"), large);
        hash = "sha256:" + Hashes.hex(file);
        Files.delete(file);
        return large;
    }

    @Test
    void wholePartOfUnknownSizeIsTheFileIfItsHashIs() throws Exception {
        for (boolean good : new boolean[] {true, false}) {
            Files.write(folder.resolve("net.pth.part"), good ? content : new byte[SIZE]);
            try (ScriptedServer server = new ScriptedServer(
                    (_, request, out) -> honest(request, content, out))) {
                Path file = fetch(file(server.address("/"), null), () -> false);
                assertThat(Files.readAllBytes(file)).isEqualTo(content);
                assertThat(server.requests).hasSize(good ? 1 : 2);
                Files.delete(file);
            }
        }
    }

    // --- lies ------------------------------------------------------------------------------------------------------

    @Test
    void tooSmallContentLengthIsNotTheEnd() throws Exception {
        arrives((number, request, out) -> {
            if (number == 0) {
                head(out, "200 OK", "Content-Length: " + HALF);
                out.write(content);
            } else {
                honest(request, content, out);
            }
        }, 2);
    }

    @Test
    void tooLargeContentLengthIsIgnoredOnceTheFileIsWhole() throws Exception {
        arrives((_, _, out) -> {
            head(out, "200 OK", "Content-Length: " + 2 * SIZE);
            out.write(content);
            out.flush();
            Thread.sleep(Duration.ofMinutes(1)); // a connection that breaks off may take the last bytes with it
        }, 1);
    }

    @Test
    void shorterFileThanPublishedFails() throws Exception {
        byte[] shorter = Arrays.copyOf(content, HALF);
        fails((_, request, out) -> honest(request, shorter, out), 3, "cannot download net.pth", "(attempt 3)");
    }

    @Test
    void endlessStreamIsCutOffAtThePublishedSize() throws Exception {
        AtomicBoolean gone = new AtomicBoolean();
        fails((_, _, out) -> {
            head(out, "200 OK");
            try {
                while (true) {
                    out.write(content);
                }
            } catch (IOException e) {
                gone.set(true);
                throw e;
            }
        }, 1, "sends more than the 300,000 bytes");
        assertThat(left()).doesNotContain("net.pth", "net.pth.part");
    }

    @Test
    void anEndlessStreamOfUnknownSizeIsCutOffAtTheLimit() throws Exception {
        try (ScriptedServer server = new ScriptedServer((_, _, out) -> {
            head(out, "200 OK");
            while (true) {
                out.write(content);
            }
        })) {
            PublishedModel unknown = file(server.address("/"), null);
            assertThatThrownBy(() -> fetch(unknown, () -> false)).isInstanceOf(IOException.class)
                    .hasMessageContaining("more than the 500,000,000 bytes");
            assertThat(left()).doesNotContain("net.pth", "net.pth.part");
        }
    }

    @Test
    void fileOfUnknownSizeEndsWithItsStream() throws Exception {
        try (ScriptedServer server = new ScriptedServer((_, _, out) -> {
            head(out, "200 OK");
            out.write(content);
        })) {
            PublishedModel unknown = file(server.address("/"), null);
            assertThat(Files.readAllBytes(fetch(unknown, () -> false))).isEqualTo(content);
        }
    }

    @Test
    void corruptDownloadIsDeleted() throws Exception {
        byte[] altered = content.clone();
        altered[HALF] ^= 1;
        fails((_, request, out) -> honest(request, altered, out), 1, "does not give the file that was published",
                "expected " + hash + ", found sha256:");
        assertThat(left()).doesNotContain("net.pth.part");
    }

    @Test
    void corruptFileIsReplaced() throws Exception {
        Files.write(folder.resolve("net.pth"), new byte[SIZE]);
        try (ScriptedServer server = new ScriptedServer((_, request, out) -> honest(request, content, out))) {
            assertThat(Files.readAllBytes(fetch(server))).isEqualTo(content);
            assertThat(left()).containsExactly("net.pth");
        }
    }

    @Test
    void symbolicLinkInPlaceOfThePartIsNotFollowed(@TempDir Path elsewhere) throws Exception {
        Path victim = Files.write(elsewhere.resolve("victim"), new byte[] {7});
        Files.createSymbolicLink(folder.resolve("net.pth.part"), victim);
        fails((_, request, out) -> honest(request, content, out), 0, "is in the way");
        assertThat(Files.readAllBytes(victim)).containsExactly(7);
    }

    // --- statuses and redirections ---------------------------------------------------------------------------------

    @Test
    void missingFileFailsAtOnce() throws Exception {
        fails((_, _, out) -> head(out, "404 Not Found", "Content-Length: 0"), 1, "status 404", "not there");
    }

    @Test
    void serverErrorIsRetried() throws Exception {
        arrives((number, request, out) -> {
            if (number < 2) {
                head(out, number == 0 ? "500 Oops" : "503 Busy", "Content-Length: 0");
            } else {
                honest(request, content, out);
            }
        }, 3);
    }

    @Test
    void redirectionsAreFollowed() throws Exception {
        arrives((_, request, out) -> {
            switch (request.path()) {
                case "/net.pth" -> head(out, "302 Found", "Location: /there", "Content-Length: 0");
                case "/there" -> head(out, "307 Temporary Redirect", "Location: /where/it/is", "Content-Length: 0");
                default -> honest(request, content, out);
            }
        }, 3);
    }

    @Test
    void redirectionsInACircleEnd() throws Exception {
        fails((_, _, out) -> head(out, "302 Found", "Location: /net.pth", "Content-Length: 0"), 5, "status 302");
    }

    @Test
    void redirectsToAnotherSchemeAreNotFollowed() throws Exception {
        fails((_, _, out) -> head(out, "302 Found", "Location: file:///etc/passwd", "Content-Length: 0"), 1,
                "file:///etc/passwd");
    }

    @Test
    void refusedConnectionFailsAtOnce() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        assertThatThrownBy(
                () -> fetch(file(URI.create("http://127.0.0.1:" + port + "/"), (long) SIZE), () -> false))
                .isInstanceOf(IOException.class).hasMessageContaining("127.0.0.1 cannot be reached");
        assertThat(notes).isEmpty();
    }

    // --- stopped, and two at once ----------------------------------------------------------------------------------

    @Test
    void stopKeepsThePart() throws Exception {
        CountDownLatch halfIsSent = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        AtomicBoolean stop = new AtomicBoolean();
        try (ScriptedServer server = new ScriptedServer((number, request, out) -> {
            if (number == 0) {
                head(out, "200 OK", "Content-Length: " + SIZE);
                out.write(content, 0, HALF);
                out.flush();
                halfIsSent.countDown();
                end.await();
            } else {
                honest(request, content, out);
            }
        })) {
            PublishedModel file = file(server.address("/"), (long) SIZE);
            assertThatThrownBy(() -> fetch(file, () -> stop.get() || (arrived() && stop.compareAndSet(false, true))))
                    .isInstanceOf(InterruptedException.class);
            assertThat(halfIsSent.getCount()).isZero();
            assertThat(left()).contains("net.pth.part").doesNotContain("net.pth");
            assertThat(Files.readAllBytes(fetch(file, () -> false))).isEqualTo(content);
            assertThat(server.requests.getLast().offset()).isPositive();
            end.countDown();
        }
    }

    private boolean arrived() {
        try {
            return Files.exists(folder.resolve("net.pth.part")) && Files.size(folder.resolve("net.pth.part")) > 0;
        } catch (IOException e) {
            return false;
        }
    }
}
