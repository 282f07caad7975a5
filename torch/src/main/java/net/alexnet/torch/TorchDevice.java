package net.alexnet.torch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.alexnet.tensor.Precision;
import net.alexnet.torch.kernel.Processor;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.CUDAHooksInterface;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Where tensors live and operations run.
///
/// @param name by which [#find] finds it
/// @param type one of CPU, CUDA and MPS (Apple's GPUs)
/// @param index which CUDA device, from 0; always 0 for the others
/// @param reason why this device was chosen
record TorchDevice(String name, DeviceType type, int index, String reason) {
    private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");

    /// Finds a device by name.
    ///
    /// @param name `auto` for the fastest that is there, `cpu`, `cuda`, `cuda:N` or `mps`
    /// @throws IllegalArgumentException if there is no such name or no such device
    static TorchDevice find(String name) {
        Matcher cuda = CUDA.matcher(name);
        int devices = cudaDevices();
        if (cuda.matches()) {
            int index = cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1));
            if (index < devices) {
                return new TorchDevice("cuda:" + index, DeviceType.CUDA, index, "as asked");
            }
            throw new IllegalArgumentException("device '" + name + "' does not exist: " + (devices == 0
                    ? "this libtorch finds no CUDA device: it needs an NVIDIA driver and the CUDA natives on the class"
                            + " path (build with -Dalexnet.cuda)"
                    : "there are " + devices + ", counted from cuda:0") + "; or use 'cpu'");
        }
        boolean mps = torch.hasMPS();
        return switch (name) {
            case "auto" -> devices > 0
                    ? new TorchDevice("cuda:0", DeviceType.CUDA, 0, "first of " + devices + " CUDA devices")
                    : mps
                            ? new TorchDevice("mps", DeviceType.MPS, 0, "Apple GPU found")
                            : new TorchDevice("cpu", DeviceType.CPU, 0, "no GPU that this libtorch can use");
            case "cpu" -> new TorchDevice("cpu", DeviceType.CPU, 0, "as asked");
            case "mps" -> {
                if (!mps) {
                    throw new IllegalArgumentException(
                            "device 'mps' does not exist: this libtorch finds no Apple GPU; use 'cpu' or 'auto'");
                }
                yield new TorchDevice("mps", DeviceType.MPS, 0, "as asked");
            }
            default -> throw new IllegalArgumentException(
                    "device '" + name + "' is not one of auto, cpu, cuda, cuda:N, mps, reference");
        };
    }

    /// The device of one of several ranks on a host: each has a CUDA device of its own where there are any.
    ///
    /// @param name as for [#find]; a device with a number stays as it is
    /// @param localRank the rank's number on its host, from 0
    /// @param devices how many CUDA devices the host has
    static String ofRank(String name, int localRank, int devices) {
        if (!name.equals("cuda") && (!name.equals("auto") || devices == 0)) {
            return name;
        }
        return "cuda:" + (devices == 1 ? 0 : localRank); // a launcher may show each rank its own device only
    }

    /// Whether [#find] may find a GPU: whether the natives on the class path are those of one. It loads nothing.
    static boolean mayHaveGpu() {
        String natives = "org/bytedeco/pytorch/" + Loader.getPlatform() + "-gpu/";
        return Loader.getPlatform().equals("macosx-arm64")
                || Stream.of("libjnitorch.so", "jnitorch.dll").anyMatch(
                        library -> TorchDevice.class.getClassLoader().getResource(natives + library) != null);
    }

    /// How many CUDA devices libtorch finds.
    static int cudaDevices() {
        return torch.cuda_is_available() ? torch.cuda_device_count() : 0;
    }

    boolean isMps() {
        return type == DeviceType.MPS;
    }

    boolean isCpu() {
        return type == DeviceType.CPU;
    }

    /// As [net.alexnet.tensor.Backend#isFasterIn]. CUDA devices have units for bfloat16 since compute capability 8.0; libtorch
    /// tells this of the current device only. CPUs with AMX have such units; on others our kernels for float32 are as fast. Apple's
    /// GPUs were not measured.
    boolean isFasterIn(Precision precision) {
        if (precision != Precision.BFLOAT16 || isMps()) {
            return false;
        }
        if (isCpu()) {
            return Processor.has("amx_bf16").orElse(false);
        }
        try (var _ = new PointerScope()) {
            CUDAHooksInterface cuda = torch.getCUDAHooks();
            return cuda.current_device() == index && cuda.supportsBFloat16ConvolutionWithCuDNNv8();
        }
    }

    /// How tensors of this element type are made here; to be called in a [NativeCall].
    TensorOptions options(ScalarType element) {
        return new TensorOptions(isCpu() ? new Device(type) : new Device(type, (byte) index))
                .dtype(new ScalarTypeOptional(element));
    }
}
