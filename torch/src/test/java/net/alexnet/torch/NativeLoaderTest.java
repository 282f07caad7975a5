package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLoaderTest {
    /// The task ends when the interrupted thread waits for it again, or has given up.
    @Test
    void anInterruptionDoesNotEndTheWaitAndIsKept() throws InterruptedException {
        Thread waiting = Thread.currentThread();
        AtomicBoolean gaveUp = new AtomicBoolean();
        CompletableFuture<Boolean> task = new CompletableFuture<>();
        Thread loading = Thread.ofPlatform().daemon().start(() -> {
            while (!gaveUp.get() && (waiting.isInterrupted() || waiting.getState() != Thread.State.WAITING)) {
                Thread.onSpinWait();
            }
            task.complete(true);
        });
        waiting.interrupt();
        NativeLoader.await(task);
        boolean done = task.isDone();
        boolean kept = Thread.interrupted();
        gaveUp.set(true);
        loading.join();
        assertThat(done).isTrue();
        assertThat(kept).isTrue();
    }

    @Test
    void aFailureIsReportedWhereTheLibraryIsNeeded() {
        CompletableFuture<Object> task = CompletableFuture.failedFuture(new IllegalStateException("no library"));
        assertThatCode(() -> NativeLoader.await(task)).doesNotThrowAnyException();
    }

    /// A process that only loads the libraries.
    static final class Loading {
        private Loading() {}

        public static void main(String[] arguments) {
            TorchLibrary.load();
        }
    }

    /// As after a first start that was stopped while it unpacked.
    @Test
    void aTruncatedLibraryIsUnpackedAgain(@TempDir Path cache) throws Exception {
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
