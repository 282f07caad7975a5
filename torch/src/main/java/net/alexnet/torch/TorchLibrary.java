package net.alexnet.torch;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.alexnet.spi.EngineUnavailableException;
import net.alexnet.tensor.ComputeEnvironment;
import net.alexnet.tensor.Precision;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;

/// libtorch as a library of the process: loading it, the switches that change its numbers, and what it calls itself.
final class TorchLibrary {
    private static final String PHYSICAL_LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";

    private TorchLibrary() {}

    /// Loads the native libraries and sets the process's switches.
    ///
    /// @throws EngineUnavailableException if they are missing or do not load
    static void load() {
        liftPhysicalLimit();
        try {
            unpackFirst();
            Loader.load(torch.class);
        } catch (LinkageError | IllegalCallerException e) {
            throw unavailable(e);
        }
        Context context = torch.globalContext();
        context.setDeterministicMkldnn(true); // exact resume
        context.setDeterministicCuDNN(true);
        context.setAllowTF32CuDNN(false); // float32 means float32: TF32 keeps 10 bits of a product's 23
        context.setAllowTF32CuBLAS(false);
    }

    private static EngineUnavailableException unavailable(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root instanceof IllegalCallerException
                ? new EngineUnavailableException("this JVM does not let libtorch be loaded: start it with"
                        + " --enable-native-access=ALL-UNNAMED", failure)
                : new EngineUnavailableException("libtorch does not load on " + Loader.getPlatform() + " ("
                        + root.getMessage() + "): put its natives on the class path, org.bytedeco:pytorch, openblas and"
                        + " javacpp, each with the classifier of this platform", failure);
    }

    /// Before JavaCPP loads a library it looks whether what it unpacked is whole, and unpacks it anew if a start was stopped in the
    /// middle. But of libtorch's it loads some before those that they depend on, which the system then finds beside them, whole or
    /// not: it crashes on half a one. So these are looked at before.
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

    /// JavaCPP gives up when the process's resident memory, tensors and mapped files included, passes four times the
    /// Java heap's limit, which says nothing about what a network needs. Only heard before its first use.
    private static void liftPhysicalLimit() {
        if (System.getProperty(PHYSICAL_LIMIT, System.getProperty(PHYSICAL_LIMIT.toLowerCase(Locale.ROOT), ""))
                .isEmpty()) {
            System.setProperty(PHYSICAL_LIMIT, "0");
        }
    }

    /// Engine, version, device and why, and what computes there.
    static String describe(TorchDevice device, int threads) {
        try (var _ = new PointerScope()) {
            String config = torch.show_config().getString();
            String engine = "libtorch " + find("TORCH_VERSION=([0-9.]+)", config) + " on " + device.name() + " ("
                    + device.reason() + ")";
            return device.isCpu()
                    ? engine + ", " + threads + (threads == 1 ? " thread" : " threads") + ", oneDNN "
                            + find("MKL-DNN v([0-9.]+)", config) + ", " + torch.get_cpu_capability().getString()
                    : engine;
        }
    }

    /// What decides about the last digits: on a CPU libtorch's and oneDNN's versions, the instructions that libtorch found, and
    /// our kernels.
    ///
    /// @param kernels what they are, or why there are none
    /// @param precision of products
    static ComputeEnvironment computeEnvironment(TorchDevice device, int threads, String kernels, Precision precision) {
        String rounded = precision == Precision.FLOAT32 ? "" : ", products in " + precision;
        try (var _ = new PointerScope()) {
            String config = torch.show_config().getString();
            String engine = "libtorch " + find("TORCH_VERSION=([0-9.]+)", config);
            return device.isCpu()
                    ? new ComputeEnvironment(engine + ", oneDNN " + find("MKL-DNN v([0-9.]+)", config), device.name(),
                            threads,
                            torch.get_cpu_capability().getString() + ", " + kernels + rounded)
                    : new ComputeEnvironment(engine, device.name(), 1, "its own" + rounded);
        }
    }

    private static String find(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.find() ? matcher.group(1) : "of unknown version";
    }
}
