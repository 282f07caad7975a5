package net.alexnet.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import net.alexnet.data.Dataset;
import net.alexnet.data.DatasetException;
import net.alexnet.data.Datasets;
import net.alexnet.data.ProgressListener;
import net.alexnet.data.RemotePictures;
import net.alexnet.io.CacheFolder;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Pictures of a server on this machine.
@Timeout(60)
class WebFilesTest {
    private static final String MODIFIED = "Sat, 01 Nov 2025 10:00:00 GMT";

    @TempDir
    Path folder;

    private HttpServer server;
    private CacheFolder cache;
    private final Map<String, byte[]> served = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> messages = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final AtomicBoolean breaks = new AtomicBoolean(); // the next body ends in its middle
    private boolean tells = true; // of versions

    private final ProgressListener listener = new ProgressListener() {
        @Override
        public void message(String text) {
            messages.add(text);
        }

        @Override
        public void warning(String text) {
            warnings.add(text);
        }
    };

    @BeforeEach
    void serve() throws IOException {
        cache = new CacheFolder(folder.resolve("cache"));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        for (int i = 0; i < 3; i++) {
            served.put("/sets/flowers/train-00" + i + ".tar", tar(i, 100_000));
        }
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        Optional<String> range = header(exchange, "Range");
        String path = exchange.getRequestURI().getPath();
        requests.add(path.substring(path.lastIndexOf('/') + 1) + range.map(bytes -> " " + bytes).orElse(""));
        byte[] bytes = served.get(path);
        if (bytes == null) {
            exchange.sendResponseHeaders(404, -1);
        } else {
            String tag = "\"" + Arrays.hashCode(bytes) + "\"";
            if (tells) {
                exchange.getResponseHeaders().set("ETag", tag);
                exchange.getResponseHeaders().set("Last-Modified", MODIFIED);
            }
            if (tells && header(exchange, "If-None-Match").equals(Optional.of(tag))) {
                exchange.sendResponseHeaders(304, -1);
            } else {
                boolean part = range.isPresent()
                        && header(exchange, "If-Range").map(tag::equals).orElse(true);
                int from = part ? Integer.parseInt(range.orElseThrow().replaceAll("\\D", "")) : 0;
                if (part) {
                    exchange.getResponseHeaders().set("Content-Range",
                            "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
                }
                exchange.sendResponseHeaders(part ? 206 : 200, bytes.length - from);
                boolean broken = breaks.getAndSet(false);
                exchange.getResponseBody().write(bytes, from, broken ? bytes.length / 2 : bytes.length - from);
                exchange.getResponseBody().flush();
            }
        }
        exchange.close();
    }

    private static Optional<String> header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
    }

    /// Two pictures of two classes. The test does not decode them.
    private static byte[] tar(int number, int size) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (int i = 0; i < 2; i++) {
                byte[] picture = new byte[size];
                Arrays.fill(picture, (byte) (2 * number + i));
                put(tar, i + ".jpg", picture);
                put(tar, i + ".cls", new byte[] {(byte) ('0' + i)});
            }
        }
        return bytes.toByteArray();
    }

    private static void put(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private String address(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private Path fetch(String path, BooleanSupplier stop) throws IOException, InterruptedException {
        return RemotePictures.local(address(path), cache, listener, stop);
    }

    private Path fetch() throws IOException, InterruptedException {
        return fetch("/sets/flowers/train-{000..002}.tar", () -> false);
    }

    private Path one() throws IOException, InterruptedException {
        return fetch("/sets/flowers/train-000.tar", () -> false);
    }

    private byte[] original() {
        return served.getOrDefault("/sets/flowers/train-000.tar", new byte[0]);
    }

    @Test
    void tarsOfAPatternAreFetchedOnce() throws Exception {
        Path local = fetch();
        assertThat(local.startsWith(folder.resolve("cache/downloads"))).isTrue();
        Dataset data = Datasets.open(local, 1, 0.5, List.of());
        assertThat(data.training().size() + data.validation().size()).isEqualTo(6);
        assertThat(List.of(data.training().name(0), data.validation().name(0))).allMatch(
                name -> name.matches("train-00[0-2]\\.tar/[01]\\.jpg"));
        assertThat(requests).containsExactly("train-000.tar", "train-001.tar", "train-002.tar");
        assertThat(local.resolveSibling("train-001.tar")).hasBinaryContent(
                served.getOrDefault("/sets/flowers/train-001.tar", new byte[0]));
        assertThat(Files.getLastModifiedTime(local.resolveSibling("train-001.tar")).toInstant())
                .isBetween(Instant.parse("2025-11-01T10:00:00Z"), Instant.parse("2025-11-01T10:00:00.999Z"));
        assertThat(Files.getLastModifiedTime(local.resolveSibling("train-002.tar")))
                .as("of another tag").isNotEqualTo(Files.getLastModifiedTime(local.resolveSibling("train-001.tar")));

        assertThat(fetch()).isEqualTo(local);
        assertThat(requests).hasSize(6); // the server is asked, and sends nothing
        assertThat(one()).isEqualTo(local.resolveSibling("train-000.tar")).hasBinaryContent(original());
        assertThat(warnings).isEmpty();
    }

    @Test
    void partsInFoldersStayApart() throws Exception {
        served.put("/s/train/0.tar", tar(0, 10));
        served.put("/s/val/0.tar", tar(1, 10));
        Dataset data = Datasets.open(fetch("/s/{train,val}/0.tar", () -> false), 1, 0.5, List.of());
        assertThat(data.training().name(1)).isEqualTo("train/0.tar/1.jpg");
        assertThat(data.validation().size()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aChangedFileIsFetchedAgain(boolean told) throws Exception {
        tells = told;
        Path file = one();
        one();
        assertThat(messages).noneMatch(text -> text.contains("has changed"));
        served.put("/sets/flowers/train-000.tar", tar(7, told ? 100_000 : 200_000)); // or else by its size
        assertThat(one()).isEqualTo(file).hasBinaryContent(original());
        assertThat(messages).anyMatch(text -> text.contains("train-000.tar has changed"));
    }

    @Test
    void aBrokenTransferGoesOnWhereItEnded() throws Exception {
        breaks.set(true);
        assertThat(one()).hasBinaryContent(original());
        assertThat(requests).hasSize(2).last().asString().matches("train-000\\.tar bytes=[1-9]\\d*-");
    }

    @Test
    void piecesOfTwoVersionsAreNotJoined() throws Exception {
        stopInTheMiddle();
        served.put("/sets/flowers/train-000.tar", tar(7, 100_000));
        assertThat(one()).hasBinaryContent(original());
        assertThat(requests.getLast()).contains(" bytes=");
    }

    @Test
    void withoutAVersionATransferBeginsAgain() throws Exception {
        tells = false;
        breaks.set(true);
        assertThat(one()).hasBinaryContent(original());
        assertThat(requests).containsExactly("train-000.tar", "train-000.tar");
    }

    @Test
    void aStopKeepsWhatHasArrived() throws Exception {
        stopInTheMiddle();
        assertThat(one()).hasBinaryContent(original());
        assertThat(requests).hasSize(2).last().asString().matches("train-000\\.tar bytes=[1-9]\\d*-");
    }

    /// A part is there, and the file is not.
    private void stopInTheMiddle() throws Exception {
        AtomicBoolean stops = new AtomicBoolean();
        breaks.set(true);
        ProgressListener stopping = new ProgressListener() {
            @Override
            public void progress(String task, long done, long total) {
                stops.set(true);
            }
        };
        assertThatThrownBy(
                () -> RemotePictures.local(address("/sets/flowers/train-000.tar"), cache, stopping, stops::get))
                .isInstanceOf(InterruptedIOException.class).hasMessageContaining("/sets/flowers/train-000.tar");
    }

    @Test
    void withoutItsServerWhatIsThereIsUsed() throws Exception {
        Path file = one();
        byte[] bytes = original();
        served.clear();
        assertThat(one()).isEqualTo(file).hasBinaryContent(bytes);
        assertThat(warnings).singleElement().asString().contains("train-000.tar", "404");
        String address = address("/sets/flowers/train-{000..001}.tar");
        assertThatThrownBy(() -> RemotePictures.local(address, cache, listener, () -> false))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(address("/sets/flowers/train-001.tar"), "404");
        server.stop(0);
        assertThat(RemotePictures.local(address.replace("{000..001}", "000"), cache, listener, () -> false))
                .isEqualTo(file);
    }

    /// A folder with a file of the version 1.
    private Path folderOfOneFile() throws IOException {
        Path here = Files.createDirectory(folder.resolve("here"));
        Files.write(here.resolve("a.tar"), new byte[100]);
        Files.writeString(here.resolve("a.tar.version"), "\"1\"\n" + MODIFIED + "\n");
        return here;
    }

    private void fetch(Path here, ScriptedServer server) throws IOException, InterruptedException {
        new WebFiles(new Downloader.Settings(Duration.ofSeconds(5), 3, Duration.ofMillis(5))).fetch(here,
                Map.of("a.tar", server.address("/a.tar")), Long.MAX_VALUE, listener, () -> false);
    }

    @Test
    void theFileStaysUntilItsNextVersionHasArrived() throws Exception {
        Path here = folderOfOneFile();
        byte[] next = new byte[400_000];
        AtomicBoolean repaired = new AtomicBoolean();
        try (ScriptedServer scripted = new ScriptedServer((_, request, out) -> {
            if (request.offset() > 0 && repaired.get()) {
                assertThat(request.header("if-range")).isEqualTo("\"2\"");
                ScriptedServer.honest(request, next, out);
            } else {
                ScriptedServer.head(out, "200 OK", "Content-Length: 400000", "ETag: \"2\"");
                out.write(next, 0, 200_000);
                out.flush();
                Thread.sleep(Duration.ofMillis(100)); // a connection that breaks off may take the last bytes with it
            }
        })) {
            fetch(here, scripted);
            assertThat(here.resolve("a.tar")).hasSize(100);
            assertThat(warnings).singleElement().asString().contains("a.tar", "attempt 3");
            assertThat(here.resolve("a.tar.part")).isNotEmptyFile();
            repaired.set(true);
            fetch(here, scripted);
            assertThat(here.resolve("a.tar")).hasSize(400_000);
            assertThat(here.resolve("a.tar.version")).hasContent("\"2\"\n\n");
            assertThat(here.resolve("a.tar.part.version")).doesNotExist();
        }
    }

    @Test
    void aWebPageIsNotTheFile() throws Exception {
        Path here = folderOfOneFile();
        try (ScriptedServer scripted = new ScriptedServer((_, _, out) -> {
            ScriptedServer.head(out, "200 OK", "Content-Length: 10", "Content-Type: text/html; charset=utf-8");
            out.write(new byte[10]);
        })) {
            fetch(here, scripted);
            assertThat(here.resolve("a.tar")).hasSize(100);
            assertThat(warnings).singleElement().asString().contains("/a.tar", "web page");
        }
    }

    @Test
    void aBodyWithoutAnEndIsRefused() throws Exception {
        Path here = Files.createDirectory(folder.resolve("here"));
        try (ScriptedServer scripted = new ScriptedServer((_, _, out) -> {
            ScriptedServer.head(out, "200 OK");
            out.write(new byte[10]);
        })) {
            assertThatThrownBy(() -> fetch(here, scripted)).isInstanceOf(IOException.class)
                    .hasMessageContainingAll("/a.tar", "Content-Length");
            assertThat(here).isEmptyDirectory();
        }
    }

    @Test
    void aFileInChunksIsFetchedOnceAndOnlyWhole() throws Exception {
        Path here = Files.createDirectory(folder.resolve("here"));
        try (ScriptedServer scripted = new ScriptedServer((number, _, out) -> {
            ScriptedServer.head(out, "200 OK", "Transfer-Encoding: chunked");
            out.write(("5\r\nabcde\r\n" + (number == 0 ? "" : "1\r\nf\r\n0\r\n\r\n"))
                    .getBytes(StandardCharsets.US_ASCII));
        })) {
            fetch(here, scripted);
            assertThat(here.resolve("a.tar")).hasContent("abcdef");
            assertThat(scripted.requests).hasSize(2);
            fetch(here, scripted);
            assertThat(messages).noneMatch(text -> text.contains("has changed"));
            assertThat(here.resolve("a.tar")).hasContent("abcdef");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ETag: \"2\"", "ETag: \"3\"", "Server: without a tag"})
    void aWholePartIsTheFileUnlessItsTagIsAnother(String header) throws Exception {
        Path here = folderOfOneFile();
        byte[] next = new byte[300];
        Arrays.fill(next, (byte) 1);
        Files.write(here.resolve("a.tar.part"), next);
        Files.writeString(here.resolve("a.tar.part.version"), "\"2\"\n\n");
        try (ScriptedServer scripted = new ScriptedServer((_, _, out) -> ScriptedServer.head(out,
                "416 Range Not Satisfiable", "Content-Length: 0", "Content-Range: bytes */300", header))) {
            fetch(here, scripted);
            assertThat(here.resolve("a.tar")).hasSize(header.contains("3") ? 100 : 300);
        }
    }

    @Test
    void moreThanTheCacheKeepsIsWarnedOfOnce() throws Exception {
        cache = new CacheFolder(folder.resolve("cache"), 300_000, Duration.ofHours(2));
        fetch();
        assertThat(warnings).singleElement().asString().contains("300,000", "`prepare`");
    }

    @Test
    void aFileAboveTheLimitIsRefusedBeforeItIsSent() throws Exception {
        server.createContext("/huge.tar", exchange -> {
            exchange.sendResponseHeaders(200, 1L << 40);
            exchange.getResponseBody().write(new byte[10]);
            exchange.getResponseBody().flush();
            exchange.close();
        });
        assertThatThrownBy(() -> fetch("/huge.tar", () -> false)).isInstanceOf(IOException.class)
                .hasMessageContainingAll("/huge.tar", "1,099,511,627,776");
    }

    @Test
    void linksInTheCacheAreNotFollowed() throws Exception {
        Path file = one();
        Path victim = Files.writeString(folder.resolve("victim"), "mine");
        for (String name : List.of("train-000.tar", "train-000.tar.part")) {
            Files.deleteIfExists(file);
            Files.createSymbolicLink(file.resolveSibling(name), victim);
            assertThatThrownBy(this::one).isInstanceOf(IOException.class).hasMessageContaining("is in the way");
            Files.delete(file.resolveSibling(name));
        }
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        served.put("/sets/flowers/val/0.tar", tar(1, 10));
        Files.createSymbolicLink(file.resolveSibling("val"), elsewhere);
        assertThatThrownBy(() -> fetch("/sets/flowers/{val}/0.tar", () -> false)).isInstanceOf(IOException.class)
                .hasMessageContaining("val");
        assertThat(victim).hasContent("mine");
        assertThat(elsewhere).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://host/a.zip", "https://host/{..}/a.tar", "https://host/{a,..}/../b.tar",
        "https://me:secret@host/a.tar", "https:///a.tar", "https://host/*.tar", "https://host/a.tar#b.tar",
        "https://host/.tar", "https://host/{a\\b}.tar", "https://host/a b.tar", "https://host/{000..999999}.tar",
        "HTTPS://host/", "https://host"})
    void whatIsNoAddressOfPicturesIsRefused(String address) {
        assertThat(RemotePictures.isAddress(address)).isTrue();
        assertThatThrownBy(() -> RemotePictures.local(address, cache, listener, () -> false))
                .isInstanceOf(DatasetException.class);
        assertThat(cache.root()).doesNotExist();
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() throws Exception {
        server.createContext("/silent.tar", exchange -> {
            try {
                Thread.sleep(Duration.ofMinutes(1));
            } catch (InterruptedException e) {
                exchange.close();
            }
        });
        WebFiles impatient = new WebFiles(new Downloader.Settings(Duration.ofMillis(500), 3, Duration.ofMillis(5)));
        assertThatThrownBy(() -> impatient.fetch(Files.createDirectory(folder.resolve("here")),
                Map.of("silent.tar", URI.create(address("/silent.tar"))), Long.MAX_VALUE, listener, () -> false))
                .isInstanceOf(IOException.class).hasMessageContaining("sent nothing for 0.5 s");
    }
}
