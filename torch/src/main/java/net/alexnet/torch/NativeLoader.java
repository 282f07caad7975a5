package net.alexnet.torch;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import net.alexnet.tensor.BackendException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;

/// The native libraries as a whole. Most of a short command's time is spent with loading them, nearly all of that in one
/// library's symbols; a program that knows that it will need them has it done while it reads its command line.
///
/// JavaCPP's classes wait for each other when two threads load them; so while one thread loads ahead, others that come to
/// [#await()] wait until it is done.
public final class NativeLoader {
    private static final FutureTask<Void> AHEAD = new FutureTask<>(NativeLoader::load, null);
    private static volatile boolean begun;

    private NativeLoader() {}

    /// Begins to load libtorch and OpenCV on a thread of its own. What fails is reported to whoever needs it.
    public static void loadAhead() {
        begun = true;
        Thread.ofPlatform().daemon().name("natives").start(AHEAD);
    }

    /// Waits until what was begun by [#loadAhead()] has ended, well or not; returns at once if nothing was. A process that
    /// ends while a library is being loaded may crash, so this comes before its end too. An interruption does not end the
    /// wait; it is kept for whoever waits next.
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
                break; // it fails once more, with its message, where the library is needed
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
        OpenCvSettings.apply();
        Loader.load(opencv_imgproc.class);
        Loader.load(opencv_imgcodecs.class);
    }
}
