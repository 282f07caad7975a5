package net.alexnet.torch;

import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import net.alexnet.tensor.BackendException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;

/// Loads the native libraries ahead, for programs: most of a short command's time is spent with loading them, and a
/// program that will need them can load them while it reads its command line.
///
/// JavaCPP's classes may deadlock when two threads load them, so other threads wait in [#await()] until the loading is done.
public final class NativeLoader {
    private static final String LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";
    private static final FutureTask<Void> AHEAD = new FutureTask<>(NativeLoader::load, null);
    private static volatile boolean begun;

    private NativeLoader() {}

    /// Sets what a program wants that owns its process: a system property, and OpenCV's log level and number of threads. To be
    /// called before anything is loaded; a library leaves all of this to its host.
    ///
    /// JavaCPP fails when the process's resident memory, tensors and mapped files included, passes four times the limit of
    /// Java's heap, which says nothing about what a network needs. Where that limit was not set, it is lifted.
    public static void configureProcess() {
        if (System.getProperty(LIMIT, System.getProperty(LIMIT.toLowerCase(Locale.ROOT), "")).isEmpty()) {
            System.setProperty(LIMIT, "0");
        }
        OpenCvSettings.forProgram();
    }

    /// Begins to load libtorch and OpenCV on a thread of its own. A failure is reported where the library is needed.
    public static void loadAhead() {
        begun = true;
        Thread.ofPlatform().daemon().name("natives").start(AHEAD);
    }

    /// Waits until the loading that [#loadAhead()] began has ended, well or not; returns at once if it was not called. Call
    /// it before the process ends too, since a process that ends while it loads a library may crash. An interruption does not
    /// end the wait and leaves the thread interrupted.
    public static void await() {
        if (begun) {
            await(AHEAD);
        }
    }

    static void await(Future<?> ahead) {
        boolean interrupted = false;
        while (true) {
            try {
                ahead.get();
                break;
            } catch (ExecutionException e) {
                break; // it fails again, with its message, where the library is needed
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
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
