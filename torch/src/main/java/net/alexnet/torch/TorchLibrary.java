package net.alexnet.torch;

import module java.base;
import net.alexnet.inference.EngineUnavailableException;
import net.alexnet.tensor.ComputeEnvironment;
import net.alexnet.tensor.Precision;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;

/// Loads libtorch, sets its process-wide settings, and describes it.
///
/// A host may use libtorch too. The first backend that is opened therefore changes the settings that our results depend on,
/// and the last one that is closed restores them. One of them is the number of threads; OpenMP also keeps it for each
/// calling thread, and OpenBLAS one for the process, which [NativeCall] sets. So backends that compute at the same time
/// with different numbers of threads may round products differently from run to run.
final class TorchLibrary {
    private static int users;
    private static Runnable restore = () -> {};

    private TorchLibrary() {}

    /// Loads the native libraries.
    ///
    /// @throws EngineUnavailableException if they are missing or do not load
    static void load() {
        try {
            NativeLoader.requirePrivateCache();
            unpackFirst();
            Loader.load(torch.class);
            int _ = openblas_nolapack.blas_get_num_threads(); // a missing class is found here
        } catch (LinkageError | IllegalCallerException e) {
            throw NativeLoader.unavailable("libtorch", "org.bytedeco:pytorch, openblas and javacpp", e);
        }
    }

    /// Changes the settings, until [#release] has been called as often as this.
    static synchronized void acquire() {
        if (users == 0) {
            Context context = torch.globalContext();
            boolean mkldnn = context.deterministicMkldnn();
            boolean cudnn = context.deterministicCuDNN();
            boolean convolutions = context.allowTF32CuDNN();
            boolean denseProducts = context.allowTF32CuBLAS();
            int threads = torch.get_num_threads();
            int products = openblas_nolapack.blas_get_num_threads(); // -1 if nobody has set it, which is all cores
            restore = () -> {
                context.setDeterministicMkldnn(mkldnn);
                context.setDeterministicCuDNN(cudnn);
                context.setAllowTF32CuDNN(convolutions);
                context.setAllowTF32CuBLAS(denseProducts);
                torch.set_num_threads(threads);
                setProductThreads(products);
            };
            context.setDeterministicMkldnn(true); // a resumed run ends with the same bits
            context.setDeterministicCuDNN(true);
            context.setAllowTF32CuDNN(false); // TF32 keeps 10 bits of float32's 23
            context.setAllowTF32CuBLAS(false);
        }
        users++;
    }

    /// Sets the number of threads of matrix products. libtorch leaves these to OpenBLAS, whose threads are its own.
    static void setProductThreads(int threads) {
        if (openblas_nolapack.blas_get_num_threads() != threads) {
            try (var _ = new PointerScope()) { // it makes a pointer to OpenBLAS's function
                openblas_nolapack.blas_set_num_threads(threads);
            }
        }
    }

    /// Restores the settings if no other backend is open.
    static synchronized void release() {
        if (--users == 0) {
            restore.run();
        }
    }

    /// Unpacks the libraries that others depend on. JavaCPP checks each library before it loads it, and unpacks it again if an
    /// earlier start was interrupted. But it loads some of libtorch's libraries before those that they depend on; the system
    /// then loads these unchecked from the same folder, and crashes on a truncated one.
    private static void unpackFirst() {
        Properties platform = Loader.loadProperties();
        for (String build : List.of("", "-gpu")) {
            for (String name : List.of("c10", "torch_cpu")) {
                String library = "/org/bytedeco/pytorch/" + Loader.getPlatform() + build + "/"
                        + platform.getProperty("platform.library.prefix", "") + name
                        + platform.getProperty("platform.library.suffix", "");
                try {
                    Loader.cacheResources(torch.class, library);
                } catch (IOException e) {
                    throw (LinkageError) new UnsatisfiedLinkError(
                            "cannot be unpacked: " + library + ": " + e.getMessage()).initCause(e);
                }
            }
        }
    }

    /// Engine, version, device and the reason for it, threads and instructions.
    static String describe(TorchDevice device, int threads) {
        String engine = "libtorch " + version("TORCH_VERSION=") + " on " + device.name() + " (" + device.reason() + ")";
        return device.isCpu()
                ? engine + ", " + threads + (threads == 1 ? " thread" : " threads") + ", oneDNN "
                        + version("MKL-DNN v") + ", " + instructions()
                : engine;
    }

    /// What the last digits depend on: on a CPU the versions of libtorch and oneDNN, the instructions that libtorch uses, and
    /// our kernels.
    ///
    /// @param kernels what they are, or why there are none
    /// @param precision of products and maps
    static ComputeEnvironment computeEnvironment(TorchDevice device, int threads, String kernels, Precision precision) {
        String products = precision == Precision.FLOAT32 ? "" : ", products and maps in " + precision;
        String engine = "libtorch " + version("TORCH_VERSION=");
        return device.isCpu()
                ? new ComputeEnvironment(engine + ", oneDNN " + version("MKL-DNN v"), device.name(), threads,
                        instructions() + ", " + kernels + products)
                : new ComputeEnvironment(engine, device.name(), 1, "its own" + products);
    }

    private static String version(String name) {
        try (var _ = new PointerScope()) {
            Matcher matcher = Pattern.compile(name + "([0-9.]+)").matcher(torch.show_config().getString());
            return matcher.find() ? matcher.group(1) : "of unknown version";
        }
    }

    private static String instructions() {
        try (var _ = new PointerScope()) {
            return torch.get_cpu_capability().getString();
        }
    }
}
