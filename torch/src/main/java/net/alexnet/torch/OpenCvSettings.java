package net.alexnet.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// OpenCV's settings, which it takes from the environment of the process while its library is loaded, and from nowhere
/// else: without them it writes every broken picture to standard error. What a user has set himself stays. (libjpeg and
/// libpng, inside OpenCV, still write a line for some broken pictures; there is no hook for theirs.)
final class OpenCvSettings {
    private OpenCvSettings() {}

    /// To be called before the first use of OpenCV. Does nothing on Windows, which has no `setenv`.
    @SuppressWarnings("restricted") // the launcher and the tests enable native access, as JavaCPP needs it too
    static void apply() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv");
        if (setenv.isEmpty()) {
            return;
        }
        FunctionDescriptor type = FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
        MethodHandle function = linker.downcallHandle(setenv.get(), type);
        set(function, "OPENCV_LOG_LEVEL", "SILENT");
    }

    private static void set(MethodHandle setenv, String name, String value) {
        try (Arena arena = Arena.ofConfined()) {
            int overwrite = 0;
            int _ = (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), overwrite);
        } catch (Throwable e) {
            throw new IllegalStateException("cannot set " + name, e);
        }
    }
}
