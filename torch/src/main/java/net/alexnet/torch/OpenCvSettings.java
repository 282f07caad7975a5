package net.alexnet.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.bytedeco.opencv.global.opencv_core;

/// OpenCV's settings for a program that owns its process. They hold for the whole process, so a library leaves them to
/// its host.
///
/// OpenCV takes its log level from the environment while its library is loaded, and from nowhere else; without it, it writes
/// a line to standard error for every broken image. (libjpeg and libpng, inside OpenCV, write theirs all the same.) The
/// pipeline decodes many images at once, so OpenCV needs no threads of its own.
final class OpenCvSettings {
    private static volatile boolean ownsProcess;

    private OpenCvSettings() {}

    /// Silences OpenCV and gives it one thread. To be called before the first use of OpenCV. A log level that the user has
    /// set stays; on Windows, which has no `setenv`, the level stays too.
    @SuppressWarnings("restricted") // the launcher and the tests enable native access, as JavaCPP needs it too
    static void forProgram() {
        ownsProcess = true;
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

    /// Sets what can only be set once OpenCV is loaded.
    static void afterLoading() {
        if (ownsProcess) {
            opencv_core.setNumThreads(1);
        }
    }
}
