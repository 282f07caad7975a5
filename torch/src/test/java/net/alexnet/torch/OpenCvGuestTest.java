package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import net.alexnet.data.image.Encoding;
import net.alexnet.data.image.Image;
import org.bytedeco.opencv.global.opencv_core;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the codec leaves behind in a process that uses OpenCV for itself too.
class OpenCvGuestTest {
    /// A process that has given OpenCV three threads, and no log level.
    static final class Host {
        private Host() {}

        @SuppressWarnings("restricted") // the tests enable native access
        private static boolean hasLogLevel() throws Throwable {
            Linker linker = Linker.nativeLinker();
            MemorySegment found = (MemorySegment) linker.downcallHandle(
                    linker.defaultLookup().find("getenv").orElseThrow(),
                    FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                    .invokeExact(Arena.global().allocateFrom("OPENCV_LOG_LEVEL"));
            return found.address() != 0;
        }

        public static void main(String[] arguments) throws Throwable {
            if (arguments[0].equals("program")) {
                NativeLoader.configureProcess();
            }
            opencv_core.setNumThreads(3);
            OpenCvCodec codec = new OpenCvCodec();
            codec.decode(codec.encode(new Image(8, 8, 3, new byte[192]), Encoding.PAPER), 3);
            System.out.println(opencv_core.getNumThreads() + " threads, log level " + hasLogLevel());
        }
    }

    @ParameterizedTest
    @CsvSource({"library, '3 threads, log level false'", "program, '1 threads, log level true'"})
    void onlyAProgramChangesSettingsOfTheProcess(String use, String expected) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                Host.class.getName(), use).redirectErrorStream(true);
        builder.environment().remove("OPENCV_LOG_LEVEL");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said.lines().toList().getLast()).isEqualTo(expected);
    }
}
