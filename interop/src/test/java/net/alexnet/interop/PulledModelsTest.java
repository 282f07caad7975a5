package net.alexnet.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import net.alexnet.inference.Model;
import net.alexnet.interop.PulledModels.Pulled;
import net.alexnet.io.Hashes;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Variant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Pulls as a whole, from a server on this machine.
@Timeout(120)
class PulledModelsTest {
    private static final String NAME = "toy";

    @TempDir
    Path folder;

    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch go = new CountDownLatch(1);
    private HttpServer server;
    private PulledModels models;
    private Path foreign;
    private volatile byte[] served;

    @BeforeEach
    void serve() throws IOException {
        models = new PulledModels(folder.resolve("models"));
        foreign = ForeignFiles.write(folder.resolve("toy.safetensors"),
                ForeignFiles.narrow(AlexNet.of(Variant.TORCHVISION), 1000), WeightLayout.TORCHVISION, _ -> {});
        served = Files.readAllBytes(foreign);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            byte[] bytes = served;
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private PublishedModel published() throws IOException {
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/toy.safetensors");
        return PublishedModelTest.model("toy.safetensors", address, Files.size(foreign),
                "sha256:" + Hashes.hex(foreign));
    }

    private Pulled pull(List<String> notes) throws IOException, InterruptedException {
        return models.pull(published(), new PulledModels.Progress((_, _) -> {}, text -> {
            notes.add(text);
            if (text.startsWith("waiting")) {
                go.countDown();
            }
        }), () -> false);
    }

    private Pulled pull() throws IOException, InterruptedException {
        go.countDown();
        return pull(new ArrayList<>());
    }

    @Test
    void fetchesAndImportsAsThePublisherStates() throws Exception {
        assertThat(models.has(published())).isFalse();
        Pulled pulled = pull();
        assertThat(pulled).isEqualTo(new Pulled(models.model(NAME), false));
        assertThat(models.has(published())).isTrue();
        Model.Stored model = Model.read(pulled.file());
        assertThat(model.card().classes()).startsWith("kit fox");
        assertThat(model.card().views()).contains(10);
        assertThat(model.card().provenance()).hasValueSatisfying(provenance -> {
            assertThat(provenance.license()).isEqualTo("none");
            assertThat(provenance.address()).endsWith("/toy.safetensors");
        });
        assertThat(pulled.file().resolveSibling("").toFile().list()).containsExactlyInAnyOrder("model.safetensors",
                "pulled.json", "lock");
    }

    @Test
    void aSecondPullNeedsNoNetwork() throws Exception {
        pull();
        server.stop(0);
        assertThat(pull().already()).isTrue();
        assertThat(requests).hasValue(1);
    }

    @Test
    void corruptModelIsPulledAgain() throws Exception {
        Path model = pull().file();
        byte[] bytes = Files.readAllBytes(model);
        byte[] altered = bytes.clone();
        altered[altered.length - 1] ^= 1;
        Files.write(model, altered);
        assertThat(pull().already()).isFalse();
        assertThat(model).hasBinaryContent(bytes);
        assertThat(requests).hasValue(2);
    }

    @Test
    void aDownloadedFileIsNotFetchedAgain() throws Exception {
        Path fetched = Files.createDirectories(models.model(NAME).resolveSibling("fetched"));
        Files.copy(foreign, fetched.resolve("toy.safetensors")); // a pull was killed after its download
        assertThat(pull().already()).isFalse();
        assertThat(requests).hasValue(0);
    }

    @Test
    void corruptDownloadIsNotImported() throws Exception {
        served = served.clone();
        served[served.length - 1] ^= 1;
        assertThatThrownBy(this::pull).isInstanceOf(IOException.class)
                .hasMessageContaining("expected " + published().hash());
        assertThat(models.model(NAME)).doesNotExist();
    }

    @Test
    void concurrentPullsDownloadOnce() throws Exception {
        CompletableFuture<Pulled> first = CompletableFuture.supplyAsync(() -> {
            try {
                return pull(new ArrayList<>());
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }, task -> Thread.ofVirtual().start(task));
        while (requests.get() == 0) {
            Thread.sleep(10);
        }
        List<String> notes = new ArrayList<>();
        assertThat(pull(notes).already()).isTrue();
        assertThat(first.get().already()).isFalse();
        assertThat(notes).containsExactly("waiting for another pull of " + NAME);
        assertThat(requests).hasValue(1);
    }
}
