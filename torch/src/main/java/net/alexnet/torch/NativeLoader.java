package net.alexnet.torch;

import module java.base;
import net.alexnet.tensor.BackendException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;

/// Loads the native libraries ahead: a short command spends most of its time loading them, and can do so while it reads
/// its command line.
///
/// JavaCPP's classes may deadlock when two threads load them, so other threads wait in [#await()] for the end of loading.
public final class NativeLoader {
    private static final String LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";
    private static CompletableFuture<Void> ahead = CompletableFuture.completedFuture(null);
    private static boolean begun;
    private static volatile boolean ownsProcess;

    private NativeLoader() {}

    /// Sets a system property, and OpenCV's log level and number of threads, for a program that owns its process; a library
    /// leaves them to its host. To be called before anything is loaded.
    ///
    /// JavaCPP fails when the process's resident memory, mapped files included, exceeds four times the limit of Java's heap,
    /// which has nothing to do with what a network needs. Where that property was not set, it is set to no limit.
    public static void configureProcess() {
        if (System.getProperty(LIMIT, System.getProperty(LIMIT.toLowerCase(Locale.ROOT), "")).isEmpty()) {
            System.setProperty(LIMIT, "0");
        }
        ownsProcess = true;
        silenceOpenCv();
    }

    /// OpenCV takes its log level from the environment while its library is loaded, and from nowhere else. Without it, OpenCV
    /// writes a line to standard error for every broken image; libjpeg and libpng inside it always do. A level that the
    /// user has set stays. Windows has no `setenv`.
    @SuppressWarnings("restricted") // the launcher and the tests enable native access, which JavaCPP needs too
    private static void silenceOpenCv() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv");
        if (setenv.isEmpty()) {
            return;
        }
        FunctionDescriptor type = FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
        MethodHandle function = linker.downcallHandle(setenv.get(), type);
        try (Arena arena = Arena.ofConfined()) {
            int overwrite = 0;
            int _ = (int) function.invokeExact(
                    arena.allocateFrom("OPENCV_LOG_LEVEL"), arena.allocateFrom("SILENT"), overwrite);
        } catch (Throwable e) {
            throw new IllegalStateException("cannot set OPENCV_LOG_LEVEL", e);
        }
    }

    /// Gives OpenCV one thread, if the program owns its process: the pipeline already decodes many images at once.
    static void configureOpenCv() {
        if (ownsProcess) {
            opencv_core.setNumThreads(1);
        }
    }

    /// Begins to load libtorch and OpenCV on a thread of its own. A failure is reported where the library is needed.
    /// A second call does nothing.
    public static synchronized void loadAhead() {
        if (!begun) {
            begun = true;
            ahead = CompletableFuture.runAsync(
                    NativeLoader::load, task -> Thread.ofPlatform().daemon().name("natives").start(task));
        }
    }

    /// Waits for the end of the loading that [#loadAhead()] began, if it did; a failure is not thrown. Call it before the
    /// process ends too, since a process that ends while it loads a library may crash. An interruption does not end the wait
    /// and leaves the thread interrupted.
    public static void await() {
        await(begun());
    }

    private static synchronized CompletableFuture<Void> begun() {
        return ahead;
    }

    static void await(CompletableFuture<?> loading) {
        loading.handle((_, _) -> true).join(); // a failure is thrown again where the library is needed
    }

    private static void load() {
        try {
            TorchLibrary.load();
        } catch (BackendException e) {
            // as above
        }
        Loader.load(opencv_imgproc.class);
        Loader.load(opencv_imgcodecs.class);
    }
}
