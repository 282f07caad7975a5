package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLoaderTest {
    /// The task ends when whoever is interrupted waits for it all the same, or has given up.
    @Test
    void anInterruptionDoesNotEndTheWaitAndIsKept() throws InterruptedException {
        Thread waiting = Thread.currentThread();
        Object given = new Object();
        boolean[] gaveUp = {false};
        FutureTask<Object> task = new FutureTask<>(() -> {
            synchronized (given) {
                while (!gaveUp[0] && (waiting.isInterrupted() || waiting.getState() != Thread.State.WAITING)) {
                    given.wait(1);
                }
            }
            return given;
        });
        Thread loading = Thread.ofPlatform().daemon().start(task);
        waiting.interrupt();
        NativeLoader.await(task);
        boolean done = task.isDone();
        boolean kept = Thread.interrupted();
        synchronized (given) {
            gaveUp[0] = true;
        }
        loading.join();
        assertThat(done).isTrue();
        assertThat(kept).isTrue();
    }

    @Test
    void aFailureIsLeftToWhoeverNeedsTheLibrary() {
        FutureTask<Object> task = new FutureTask<>(() -> {
            throw new IllegalStateException("no library");
        });
        task.run();
        NativeLoader.await(task);
        assertThat(task.isDone()).isTrue();
    }

    /// What a process does that only loads.
    static final class Loading {
        private Loading() {}

        public static void main(String[] arguments) {
            TorchLibrary.load();
        }
    }

    /// As a first start leaves it that is stopped while it unpacks.
    @Test
    void halfALibraryIsUnpackedAnew(@TempDir Path cache) throws Exception {
        String name = "/org/bytedeco/pytorch/" + Loader.getPlatform() + "/"
                + System.mapLibraryName("torch_cpu");
        URL library = Objects.requireNonNull(torch.class.getResource(name), name);
        Path jar = Path.of(((JarURLConnection) library.openConnection()).getJarFile().getName());
        Path half = Files.createDirectories(cache.resolve(jar.getFileName()).resolve(name.substring(1)).getParent())
                .resolve(System.mapLibraryName("torch_cpu"));
        try (InputStream whole = library.openStream()) {
            Files.write(half, whole.readNBytes(1 << 20));
        }
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Dorg.bytedeco.javacpp.cachedir=" + cache,
                "-XX:ErrorFile=" + cache.resolve("crash.log"), "-cp", System.getProperty("java.class.path"),
                Loading.class.getName()).redirectErrorStream(true).directory(cache.toFile()).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(half).hasSize(library.openConnection().getContentLengthLong());
    }
}
