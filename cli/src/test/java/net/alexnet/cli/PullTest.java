package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import net.alexnet.interop.Catalogue;
import net.alexnet.interop.CatalogueEntry;
import net.alexnet.interop.PulledImport;
import net.alexnet.interop.PulledModels;
import net.alexnet.interop.WeightLayout;
import net.alexnet.interop.download.Hash;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.LockFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `pull` as a whole, from a server on this machine, by a catalogue of its own whose weights are ours already.
class PullTest {
    private static final String NAME = "toy-of-the-test";
    private static final String STANDARD = "onnx-bvlcalexnet";
    private static final String FILE = "toy-of-the-test.safetensors";
    private static final Path CACHE = Path.of(System.getenv("XDG_CACHE_HOME"), "alexnet", "models");
    private static final Path MODEL = CACHE.resolve(NAME).resolve("model.safetensors");
    private static final Path BY_HAND = CACHE.resolve("downloads").resolve(FILE);
    private static final Path FETCHED = CACHE.resolve(NAME).resolve("fetched").resolve(FILE);

    @TempDir
    static Path root;

    private static Path model;
    private static Path picture;

    @TempDir
    Path folder;

    private final AtomicInteger requests = new AtomicInteger();
    private HttpServer server;
    private Path catalogue;
    private volatile byte[] served;
    private volatile Gate gate = () -> {};

    /// What the server waits for.
    private interface Gate {
        void open() throws InterruptedException;
    }

    @BeforeAll
    static void train() throws Exception {
        Path pictures = root.resolve("pictures");
        ToyImages.write(pictures, 4, 1);
        Result.done("train", "--data", pictures, "--recipe", ToyRecipe.in(root), "--runs", root.resolve("runs"),
                "--max-steps", 1, "--threads", 1);
        Path run = RunFiles.latest(root.resolve("runs")).folder();
        try (var files = Files.walk(run)) {
            model = files.filter(file -> file.endsWith("model.safetensors")).findFirst().orElseThrow();
        }
        picture = pictures.resolve("rows/0.png");
    }

    @BeforeEach
    void serve() throws IOException {
        clean();
        served = Files.readAllBytes(model);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            try {
                gate.open();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            byte[] bytes = served;
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        catalogue = folder.resolve("catalogue.yaml");
        write(Hash.sha256(model).hex(), Files.size(model));
    }

    private void write(String sha256, long bytes) throws IOException {
        write(NAME, FILE, "alexnet", sha256, bytes);
    }

    private void write(String name, String file, String layout, String sha256, long bytes) throws IOException {
        Files.writeString(catalogue, """
                - name: %s
                  description: a toy
                  file: %s
                  addresses: ['http://127.0.0.1:%d/%s']
                  plain_http: true
                  bytes: %d
                  hash: {kind: sha256, hex: %s}
                  license: none
                  accuracy: {top1: 50, top5: 100, views: 1}
                  layout: %s
                """.formatted(name, file, server.getAddress().getPort(), file, bytes, sha256, layout));
    }

    @AfterEach
    void stop() throws IOException {
        server.stop(0);
        clean();
    }

    /// Only what is this test's: the folder is that of the whole build.
    private static void clean() throws IOException {
        AtomicFiles.deleteTree(CACHE.resolve(NAME));
        AtomicFiles.deleteTree(CACHE.resolve(STANDARD));
        for (String suffix : List.of("", ".bad")) {
            Files.deleteIfExists(BY_HAND.resolveSibling(FILE + suffix));
        }
    }

    private Result pull(Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("pull", NAME, "--catalogue", catalogue));
        arguments.addAll(List.of(more));
        return Result.of(arguments.toArray());
    }

    @Test
    void fetchesImportsAndIsUsedByItsName() throws Exception {
        Result.of("classify", NAME, picture).isRefused(1, NAME);
        Result result = pull();
        assertThat(result.exitCode()).as("%s", result).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("pulled: " + MODEL, "use it: ./alexnet classify " + NAME + " picture.jpg");
        assertThat(BY_HAND).doesNotExist();
        assertThat(CACHE.resolve(NAME).toFile().list()).containsExactlyInAnyOrder("model.safetensors", "pulled.json",
                "lock");
        assertThat(Result.done("classify", NAME, picture, "--threads", 1, "--json").json().get(0).get("predictions"))
                .isEqualTo(Result.done("classify", model, picture, "--threads", 1, "--json").json().get(0)
                        .get("predictions"));
    }

    @Test
    void aSecondPullNeedsNoNetwork() throws Exception {
        assertThat(pull().exitCode()).isZero();
        server.stop(0);
        Result again = pull("--json");
        assertThat(again.json().get("already_pulled").asBoolean()).isTrue();
        assertThat(again.json().get("model").asText()).isEqualTo(MODEL.toString());
        assertThat(requests).hasValue(1);
    }

    @Test
    void anAlteredModelIsPulledAnew() throws Exception {
        assertThat(pull().exitCode()).isZero();
        byte[] altered = Files.readAllBytes(MODEL);
        altered[altered.length - 1] ^= 1;
        Files.write(MODEL, altered);
        assertThat(pull("--json").json().get("already_pulled").asBoolean()).isFalse();
        assertThat(Files.readAllBytes(MODEL)).isEqualTo(Files.readAllBytes(model));
        assertThat(requests).hasValue(2);
        assertThat(pull("--refresh").exitCode()).isZero();
        assertThat(requests).hasValue(3);
    }

    @Test
    void offlineSaysWhatToDoAndThenTakesWhatWasPutThere() throws Exception {
        pull("--offline").isRefused(1, NAME + " is not on this machine", "fetch http://127.0.0.1:", FILE,
                "SHA-256 " + Hash.sha256(model).hex(), "put it at " + BY_HAND,
                "run: ./alexnet pull " + NAME + " --catalogue " + catalogue + " --offline");
        assertThat(requests).hasValue(0);
        Files.createDirectories(BY_HAND.resolveSibling(""));
        Files.copy(model, BY_HAND, StandardCopyOption.REPLACE_EXISTING);
        assertThat(pull("--offline").exitCode()).isZero();
        assertThat(requests).hasValue(0);
        assertThat(MODEL).hasSameBinaryContentAs(model);
        assertThat(BY_HAND).exists();
    }

    @Test
    void aFilePutThereByHandThatIsAnotherIsSetAside() throws Exception {
        Files.createDirectories(BY_HAND.resolveSibling(""));
        Files.write(BY_HAND, new byte[(int) Files.size(model)]);
        pull("--offline").isRefused(1, "is not the file that was published: expected SHA-256", "found ", ".bad",
                "To do it by hand");
        assertThat(MODEL).doesNotExist();
    }

    @Test
    void whatAKilledPullLeftIsUsedAndRemoved() throws Exception {
        Files.createDirectories(FETCHED.resolveSibling(""));
        Files.copy(model, FETCHED);
        Path half = Files.createDirectories(CACHE.resolve(NAME).resolve("making")).resolve("model.safetensors");
        Files.writeString(half, "half");
        assertThat(pull("--offline").exitCode()).isZero();
        assertThat(pull("--json").json().get("already_pulled").asBoolean()).isTrue();
        assertThat(requests).hasValue(0);
        assertThat(MODEL).hasSameBinaryContentAs(model);
        assertThat(CACHE.resolve(NAME).toFile().list()).containsExactlyInAnyOrder("model.safetensors", "pulled.json",
                "lock");
    }

    // --- several at once ---------------------------------------------------------------------------------------------

    /// The second one begins while the first one fetches, and the first one gets its file once the second one waits.
    @Test
    @Timeout(120)
    void ofTwoAtOnceOneFetchesAndTheOtherTakesItsModel() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(1);
        gate = () -> {
            asked.countDown();
            waiting.await();
        };
        CompletableFuture<Result> first = CompletableFuture.supplyAsync(() -> pull("--json"));
        asked.await();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter() {
            @Override
            public void write(String text, int offset, int length) {
                super.write(text, offset, length);
                if (text.contains("waiting for another")) {
                    waiting.countDown();
                }
            }
        };
        int exitCode = Cli.run(new PrintWriter(out, true), new PrintWriter(err, true), false, "pull", NAME,
                "--catalogue", catalogue.toString(), "--json", "--progress", "plain");
        Result second = new Result(exitCode, out.toString(), err.toString());
        assertThat(first.get().json().get("already_pulled").asBoolean()).isFalse();
        assertThat(second.json().get("already_pulled").asBoolean()).isTrue();
        assertThat(second.errLines()).containsExactly("waiting for another pull of " + NAME);
        assertThat(requests).hasValue(1);
        assertThat(MODEL).hasSameBinaryContentAs(model);
        assertThat(pull("--json").json().get("already_pulled").asBoolean()).as("its hash was noted").isTrue();
    }

    @Test
    @Timeout(120)
    void anotherProcessWaitsToo() throws Exception {
        CatalogueEntry entry = Catalogue.read(catalogue).find(NAME).orElseThrow();
        PulledModels models = PulledModels.ofUser();
        Process child;
        try (LockFile _ = models.lock(NAME, () -> {}, () -> false)) {
            child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                    System.getProperty("java.class.path"), Main.class.getName(), "pull", NAME, "--catalogue",
                    catalogue.toString(), "--progress", "plain").redirectErrorStream(true).start();
            assertThat(child.inputReader().readLine()).isEqualTo("waiting for another pull of " + NAME);
            models.make(entry, file -> PulledImport.run(model, entry, file));
        }
        assertThat(child.inputReader().readLine()).isEqualTo("already pulled: " + MODEL);
        assertThat(child.inputReader().readLine()).startsWith("use it: ");
        assertThat(child.waitFor()).isZero();
        assertThat(requests).hasValue(0);
    }

    // --- names and layouts ------------------------------------------------------------------------------------------

    /// What has a name of the program's catalogue and was made from another file is not what that name stands for.
    @Test
    void aPrivateCatalogueDoesNotTakeAStandardName() throws Exception {
        write(STANDARD, FILE, "alexnet", Hash.sha256(model).hex(), Files.size(model));
        Result.done("pull", STANDARD, "--catalogue", catalogue);
        Path pulled = CACHE.resolve(STANDARD).resolve("model.safetensors");
        Result.of("inspect", STANDARD).isRefused(1, STANDARD + " is in the catalogue, but",
                "was made from another file",
                Hash.sha256(model).hex(), pulled.toString(), "./alexnet pull " + STANDARD);
        assertThat(Result.done("inspect", pulled).out()).isEqualTo(Result.done("inspect", model).out());
        assertThat(pulled(Result.done("pull", "--json", "--catalogue", catalogue))).isTrue();
        assertThat(pulled(Result.done("pull", "--json"))).isFalse();
    }

    private static boolean pulled(Result list) throws IOException {
        for (JsonNode row : list.json()) {
            if (row.get("name").asText().equals(STANDARD)) {
                return row.get("pulled").asBoolean();
            }
        }
        throw new AssertionError(list);
    }

    /// Published by others: a state dict of PyTorch's, and weights that read blue, green, red.
    @ParameterizedTest
    @CsvSource({"TORCHVISION, weights.pth", "CAFFE, weights.safetensors"})
    void weightsOfOthersAreImported(WeightLayout layout, String file) throws Exception {
        Path foreign = ForeignWeights.write(folder.resolve("foreign.safetensors"), layout, 1000, "");
        Path imported = folder.resolve("imported.safetensors");
        Result.done("import", foreign, "--net", layout.key(), imported);
        Path published = folder.resolve(file);
        if (file.endsWith(".pth")) {
            Result.done("export", imported, published);
        } else {
            Files.copy(foreign, published);
        }
        served = Files.readAllBytes(published);
        write(NAME, file, layout.key(), Hash.sha256(published).hex(), served.length);
        assertThat(pull().exitCode()).isZero();
        assertThat(Result.done("inspect", NAME).out()).contains("license: none", file);
        JsonNode answers = Result.done("classify", NAME, picture, "--threads", 1, "--json").json();
        assertThat(answers.get(0).get("predictions")).hasSize(5).isEqualTo(
                Result.done("classify", imported, picture, "--threads", 1, "--json").json().get(0).get("predictions"));
    }

    // --- what fails --------------------------------------------------------------------------------------------------

    @Test
    void withoutAServerItSaysWhatToDo() throws Exception {
        server.stop(0);
        pull().isRefused(1, "cannot be reached", "put it at " + BY_HAND);
        assertThat(MODEL).doesNotExist();
    }

    @Test
    void alteredBytesNeverBecomeAModel() throws Exception {
        byte[] altered = served.clone();
        altered[altered.length - 1] ^= 1;
        served = altered;
        pull().isRefused(1, "is not the file that was published", "expected SHA-256 " + Hash.sha256(model).hex());
        assertThat(MODEL).doesNotExist();
        assertThat(FETCHED.resolveSibling(FILE + ".bad")).exists();
    }

    @Test
    void whatCannotBeImportedIsKeptForAnotherAttempt() throws Exception {
        served = new byte[1000];
        Path zeros = Files.write(folder.resolve("zeros"), served);
        write(Hash.sha256(zeros).hex(), 1000);
        pull().isRefused(1, FETCHED.toString());
        assertThat(FETCHED).hasSameBinaryContentAs(zeros);
        assertThat(MODEL).doesNotExist();
    }

    @Test
    void writesTheModelElsewhereToo() throws Exception {
        Path out = folder.resolve("mine.safetensors");
        assertThat(pull("--out", out).out()).contains("pulled: " + out, "./alexnet classify " + out);
        assertThat(out).hasSameBinaryContentAs(model);
        pull("--out", out).isRefused(2, out + " exists");
        pull("--out", folder.resolve("none/mine.safetensors")).isRefused(2, "there is no folder");
    }

    @Test
    void whatWasPulledIsInspectedByItsName() throws Exception {
        pull();
        assertThat(Result.done("inspect", NAME).out()).isEqualTo(Result.done("inspect", model).out());
        Result.of("inspect", "torchvision-alexnet").isRefused(1, "./alexnet pull torchvision-alexnet");
    }

    @Test
    void listsTheProgramsOwnCatalogue() throws Exception {
        JsonNode rows = Result.done("pull", "--json").json();
        assertThat(rows).isNotEmpty().allSatisfy(row -> {
            assertThat(row.get("pulled").asBoolean()).isFalse();
            assertThat(row.get("accuracy").get("top1").asDouble())
                    .isLessThan(row.get("accuracy").get("top5").asDouble());
            assertThat(row.get("hash").asText()).matches("(SHA-256|SHA-1) [0-9a-f]{40,64}");
        });
        Result table = Result.done("pull");
        rows.forEach(row -> assertThat(table.out()).contains(row.get("name").asText()));
    }

    @Test
    void aNameThatWasNotPulledSaysHow() {
        Result.of("classify", "torchvision-alexnet", picture).isRefused(1, "./alexnet pull torchvision-alexnet");
        Result.of("pull", "resnet").isRefused(2, "'resnet' is not in the catalogue; there are torchvision-alexnet, ");
    }

    @Test
    void aCatalogueThatMakesNoSenseIsRefused() throws Exception {
        String text = Files.readString(catalogue);
        Files.writeString(catalogue, text.replace("plain_http: true", "plain_http: false"));
        pull().isRefused(1, catalogue.toString(), "is not an address that begins with https://");
        Files.writeString(catalogue, text.replace("file: ", "file: ../"));
        pull().isRefused(1, catalogue.toString(), "is not the name of a file");
        Files.writeString(catalogue, text.replace("  license: none\n", ""));
        pull().isRefused(1, catalogue.toString(), "line ", "license");
        Files.writeString(catalogue, text.replace("views: 1}", "views: 3}"));
        pull().isRefused(1, catalogue.toString(), "views must be 1 or 10, found 3");
        Files.writeString(catalogue, text.replace("layout: alexnet", "layout: klingon"));
        pull().isRefused(1, catalogue.toString(), "layout must be", "'klingon'");
        Files.writeString(catalogue, text + "  class_order: as drawn\n");
        pull().isRefused(1, catalogue.toString(), "line ", "as drawn");
        Files.writeString(catalogue, text + "  size: 3\n");
        pull().isRefused(1, catalogue.toString(), "line ", "size");
        Files.writeString(catalogue, text + text);
        pull().isRefused(1, catalogue.toString(), "two entries are named '" + NAME + "'");
        pull("--catalogue", folder.resolve("none")).isRefused(2, "--catalogue");
    }
}
