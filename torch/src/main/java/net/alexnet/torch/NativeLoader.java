package net.alexnet.torch;

import module java.base;
import net.alexnet.inference.EngineUnavailableException;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.PrivateFolder;
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
    private static boolean openCv;

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

    /// Loads OpenCV, and gives it one thread if the program owns its process: the pipeline already decodes many images at
    /// once.
    ///
    /// @throws EngineUnavailableException if it is missing or does not load
    static synchronized void loadOpenCv() {
        if (!openCv) {
            requirePrivateCache();
            try {
                Loader.load(opencv_imgproc.class);
                Loader.load(opencv_imgcodecs.class);
            } catch (LinkageError | IllegalCallerException e) {
                throw unavailable("OpenCV", "org.bytedeco:opencv, openblas and javacpp", e);
            }
            if (ownsProcess) {
                opencv_core.setNumThreads(1);
            }
            openCv = true;
        }
    }

    /// Checks the folder that JavaCPP unpacks native libraries to and loads them from. It takes the first that it can write
    /// to of the property `org.bytedeco.javacpp.cachedir`, `~/.javacpp/cache`, and a folder for temporary files, whose name
    /// another user can take first.
    ///
    /// @throws EngineUnavailableException if another user could have put a library there
    static void requirePrivateCache() {
        Path folder = Path.of("the folder of JavaCPP");
        try {
            folder = Loader.getCacheDir().toPath();
            if (folder.toAbsolutePath().startsWith(
                    Path.of(System.getProperty("java.io.tmpdir"), ".javacpp-" + System.getProperty("user.name")))) {
                throw new FileSystemException(folder.toString(), null, "any user can make this folder first");
            }
            PrivateFolder.requireAlone(folder);
        } catch (IOException e) {
            throw new EngineUnavailableException("native libraries cannot be loaded from " + folder + " ("
                    + AtomicFiles.reason(e) + "): " + OTHER_FOLDER, e);
        }
    }

    private static final long MEGABYTE = 1_000_000;

    /// As much as the libraries take, unpacked.
    private static final long NATIVES = 500 * MEGABYTE;

    private static final String OTHER_FOLDER = "name a folder of your own with XDG_CACHE_HOME, or in a program with"
            + " -Dorg.bytedeco.javacpp.cachedir=FOLDER";

    /// @param library that does not load
    /// @param artifacts with its natives
    static EngineUnavailableException unavailable(String library, String artifacts, Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof IllegalCallerException) {
            return new EngineUnavailableException("this JVM does not let " + library + " be loaded: start it with"
                    + " --enable-native-access=ALL-UNNAMED", failure);
        }
        String message = String.valueOf(root.getMessage());
        Optional<String> full = fullDisk();
        if (full.isPresent()) {
            return new EngineUnavailableException(library + " does not load: " + full.get() + "; " + OTHER_FOLDER,
                    failure);
        }
        Optional<Path> closed = closedToCode();
        return closed.isPresent()
                ? new EngineUnavailableException(library + " does not load: no program may be run from "
                        + closed.get() + ", which may be mounted noexec; " + OTHER_FOLDER, failure)
                : new EngineUnavailableException(library + " does not load on " + Loader.getPlatform() + " (" + message
                        + "): put its natives on the class path, " + artifacts
                        + ", each with the classifier of this platform", failure);
    }

    /// A disk that has no room for the libraries is another failure that JavaCPP reports as a missing library.
    private static Optional<String> fullDisk() {
        try {
            Path folder = Loader.getCacheDir().toPath();
            long free = Files.getFileStore(folder).getUsableSpace();
            return free >= NATIVES
                    ? Optional.empty()
                    : Optional.of(
                            "the disk of " + folder + " has " + free / MEGABYTE + " MB left, and libraries take up to "
                                    + NATIVES / MEGABYTE + " MB");
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// JavaCPP's folder, if nothing can be run from it. JavaCPP reports that as a missing library.
    private static Optional<Path> closedToCode() {
        try {
            Path folder = Loader.getCacheDir().toPath();
            Path program = Files.createTempFile(folder, "run", ".sh");
            try {
                Files.writeString(program, "#!/bin/sh\n");
                return program.toFile().setExecutable(true, true) && !runs(program)
                        ? Optional.of(folder)
                        : Optional.empty();
            } finally {
                Files.delete(program);
            }
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean runs(Path program) throws IOException {
        if (!Files.exists(Path.of("/bin/sh"))) {
            return true; // no Unix, so no such mounts
        }
        try {
            new ProcessBuilder(program.toString()).start();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// Begins to load OpenCV on a thread of its own, and libtorch where it will be needed. A failure is reported where the
    /// library is needed. A second call does nothing.
    ///
    /// @param trains whether networks will be trained, and not only used, for which a CPU needs no libtorch
    public static synchronized void loadAhead(boolean trains) {
        if (!begun) {
            begun = true;
            ahead = CompletableFuture.runAsync(() -> load(trains || TorchDevice.mayHaveGpu()),
                    task -> Thread.ofPlatform().daemon().name("natives").start(task));
        }
    }

    /// Waits for the end of the loading that [#loadAhead] began, if it did; a failure is not thrown. Call it before the
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

    private static void load(boolean libtorch) {
        try {
            if (libtorch) {
                TorchLibrary.load();
            }
            loadOpenCv();
        } catch (BackendException e) {
            // as above
        }
    }
}
