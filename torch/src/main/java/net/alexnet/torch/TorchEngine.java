package net.alexnet.torch;

import net.alexnet.data.image.ImageCodec;
import net.alexnet.distributed.Group;
import net.alexnet.distributed.Ranks;
import net.alexnet.inference.EngineProvider;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.EngineMemory;
import net.alexnet.tensor.Precision;
import net.alexnet.torch.kernel.KernelBackend;
import net.alexnet.torch.kernel.KernelMemory;

/// libtorch and OpenCV as the engine that [net.alexnet.inference.Engines] finds.
public final class TorchEngine implements EngineProvider {
    @Override
    public Backend open(String device, int threads, Precision precision) {
        return TorchBackend.open(device, threads, precision);
    }

    /// Our own kernels on a CPU in float32, which load nothing native; libtorch in bfloat16, on a GPU, and on processors without
    /// fused multiply-adds.
    @Override
    public Backend openForInference(String device, int threads, Precision precision) {
        boolean kernels = KernelBackend.isFast() && precision == Precision.FLOAT32;
        if (kernels && (device.equals("cpu") || (device.equals("auto") && !TorchDevice.mayHaveGpu()))) {
            return KernelBackend.open(threads);
        }
        TorchBackend backend = TorchBackend.open(device, threads, precision);
        if (!kernels || !backend.computeEnvironment().device().equals("cpu")) {
            return backend;
        }
        backend.close();
        return KernelBackend.open(threads);
    }

    @Override
    public Group join(Ranks ranks, Backend backend) {
        if (backend instanceof TorchBackend torch && !torch.device().isMps()) {
            return TorchGroup.join(ranks, torch);
        }
        throw new IllegalArgumentException("several ranks train on CPUs or on CUDA devices, found " + backend.describe()
                + ": use --device cpu");
    }

    @Override
    public String deviceOfRank(String device, int localRank) {
        if (!TorchDevice.mayHaveGpu()) {
            return TorchDevice.ofRank(device, localRank, 0);
        }
        NativeLoader.await();
        TorchLibrary.load();
        return TorchDevice.ofRank(device, localRank, TorchDevice.cudaDevices());
    }

    @Override
    public ImageCodec codec() {
        return new OpenCvCodec();
    }

    @Override
    public EngineMemory memory(Precision precision) {
        return new KernelMemory(precision);
    }
}
