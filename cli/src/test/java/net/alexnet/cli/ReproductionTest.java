package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import net.alexnet.Options;
import net.alexnet.io.AtomicFiles;
import net.alexnet.reproduce.Reproduction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Reproductions as a program starts them.
@Timeout(60)
class ReproductionTest {
    @TempDir
    Path root;

    private Path pictures;
    private Path recipe;

    @BeforeEach
    void write() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 45, 1); // a claim about errors needs 100 pictures to validate on
        recipe = Files.writeString(root.resolve("toy.yaml"), ToyRecipe.TEXT.replace("epochs: 8", "epochs: 1")
                .replace("hold_out: 0.3", "hold_out: 0.8"));
    }

    private Reproduction reproduction(Path folder) {
        return Reproduction.in(folder).recipe(recipe.toString()).claims(List.of("ten-views")).seeds(1)
                .options(Options.defaults().device("cpu").threads(1).cache(root.resolve("cache")));
    }

    @Test
    void oneOfTwoRecipesWinsInANewFolder() throws Exception {
        Path other = Files.writeString(root.resolve("other.yaml"),
                Files.readString(recipe).replace("epochs: 1", "epochs: 2"));
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            for (int i = 0; i < 10; i++) {
                Path folder = root.resolve("new-" + i);
                CyclicBarrier start = new CyclicBarrier(2);
                List<Future<Boolean>> both = new ArrayList<>();
                for (Path one : List.of(recipe, other)) {
                    both.add(executor.submit(() -> {
                        start.await();
                        return reproduction(folder).recipe(one.toString()).on(pictures).run(() -> true);
                    }));
                }
                int refused = 0;
                for (Future<Boolean> one : both) {
                    try {
                        assertThat(one.get()).isFalse();
                    } catch (ExecutionException e) {
                        assertThat(e).hasCauseInstanceOf(IOException.class).hasMessageContaining("another recipe");
                        refused++;
                    }
                }
                assertThat(refused).isEqualTo(1);
            }
        }
    }

    @Test
    void aStopWhilePicturesAreFetchedIsNoFailure() throws Exception {
        AtomicBoolean stopped = new AtomicBoolean();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            stopped.set(true);
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });
        server.start();
        try {
            Path folder = root.resolve("fetched");
            assertThat(
                    reproduction(folder).on("http://localhost:" + server.getAddress().getPort() + "/{train,val}-0.tar")
                            .run(stopped::get))
                    .isFalse();
            assertThat(stopped).isTrue();
            assertThat(folder).doesNotExist();
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aRunWithACheckpointNeedsNoOtherPictures() throws Exception {
        Path folder = root.resolve("evaluated");
        assertThat(reproduction(folder).on(pictures).run(() -> false)).isTrue();
        Path predicted = folder.resolve("runs/baseline/seed-1/predicted.csv");
        String before = Files.readString(predicted);
        Files.delete(predicted);
        assertThat(reproduction(folder).run(() -> false)).isTrue();
        assertThat(predicted).hasContent(before);
    }

    /// A finished run may be kept without its checkpoint, which is large.
    @Test
    void aRunWithoutTheCheckpointThatAClaimNeedsIsSetAsideAndTrainedAgain() throws Exception {
        Path folder = root.resolve("kept");
        assertThat(reproduction(folder).on(pictures).run(() -> false)).isTrue();
        Path run = folder.resolve("runs/baseline/seed-1");
        String predicted = Files.readString(run.resolve("predicted.csv"));
        String log = Files.readString(run.resolve("log.jsonl"));
        Reproduction neighbors = reproduction(folder).claims(List.of("neighbors-fc7"));
        for (String aside : List.of("seed-1-without-checkpoint", "seed-1-without-checkpoint-2")) {
            AtomicFiles.deleteTree(run.resolve("checkpoints"));
            Files.deleteIfExists(run.resolve("neighbors.json"));
            String kept = Files.readString(run.resolve("log.jsonl"));
            assertThat(neighbors.run(() -> Files.exists(run.resolve("probabilities.safetensors")))).isFalse();
            assertThat(neighbors.run(() -> false)).isTrue();
            assertThat(run.resolve("neighbors.json")).exists();
            assertThat(run.resolve("predicted.csv")).hasContent(predicted);
            assertThat(run.resolveSibling(aside).resolve("log.jsonl")).hasContent(kept);
            assertThat(run.resolveSibling(aside).resolve("predicted.csv")).hasContent(predicted);
        }
        assertThat(Files.readString(run.resolve("log.jsonl"))).isNotEqualTo(log); // it has other times
        assertThat(reproduction(folder).list().getFirst().done()).isEqualTo(1); // what was set aside is no run
    }
}
