package net.alexnet.torch;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import net.alexnet.tensor.Shape;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Copies values between Java's memory and a device's. Values in Java are in row-major order of the logical shape; [Layout]
/// says how they are ordered on the device.
record TorchTransfer(TorchDevice device) {
    /// The alignment of libtorch's own memory on a CPU. Where memory begins elsewhere, its kernels may sum in another order,
    /// so that a tensor used in place would give other bits than its copy.
    private static final int ALIGNMENT = 64;

    private static final TorchDevice HOST = new TorchDevice("cpu", DeviceType.CPU, 0, "Java's memory");

    /// A tensor on the memory itself where the CPU can compute on it; else a copy.
    Tensor upload(Shape shape, MemorySegment values) {
        Tensor rows = onHost(values, Layout.sizes(shape));
        boolean usable = rows.data_ptr().address() % ALIGNMENT == 0 && Layout.isOrdered(rows);
        return device.isCpu() && usable ? rows : copy(rows, values, Layout.empty(shape, floats(device)));
    }

    /// A tensor of images. Decoders and [Layout] both have the channels innermost, so that the CPU computes on native memory
    /// in place, and another device gets one copy.
    ///
    /// @param shape `(N, C, H, W)`
    Tensor uploadImages(MemorySegment pixels, Shape shape) {
        Tensor images = onHost(pixels, shape.dim(0), shape.dim(2), shape.dim(3), shape.dim(1)).permute(0, 3, 1, 2);
        return device.isCpu() ? images : copy(images, pixels, Layout.empty(shape, floats(device)));
    }

    /// The memory of Java's that an uploaded tensor uses in place, or [MemorySegment#NULL] if it has its own.
    static MemorySegment borrowed(Tensor tensor, MemorySegment values) {
        return tensor.is_cpu() && values.isNative() && tensor.data_ptr().address() == values.address()
                ? values
                : MemorySegment.NULL;
    }

    void assign(Tensor target, MemorySegment values) {
        copy(onHost(values, Layout.sizes(Layout.shape(target))), values, target);
    }

    static float[] download(Tensor tensor) {
        Tensor rows = tensor.cpu().to(ScalarType.Float).contiguous();
        float[] values = new float[Math.toIntExact(rows.numel())];
        new FloatPointer(rows.data_ptr()).get(values);
        return values;
    }

    /// A tensor of row-major order on native memory, or on a copy of heap memory.
    private static Tensor onHost(MemorySegment values, long... sizes) {
        if (values.isNative() && values.address() % Float.BYTES == 0) {
            return torch.from_blob(new Borrowed(values), sizes, floats(HOST));
        }
        Tensor copy = torch.empty(sizes, floats(HOST), new MemoryFormatOptional());
        MemorySegment memory = TorchKernels.memory(copy);
        memory.copyFrom(values.asSlice(0, memory.byteSize()));
        return copy;
    }

    /// Copies a tensor on Java's memory, and waits. libtorch only knows the address, so the fence keeps an automatic arena.
    private static Tensor copy(Tensor source, MemorySegment memory, Tensor target) {
        try {
            target.copy_(source);
            return target;
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /// How tensors of this element type are made in Java's memory.
    static TensorOptions host(ScalarType element) {
        return HOST.options(element);
    }

    private static TensorOptions floats(TorchDevice device) {
        return device.options(ScalarType.Float);
    }

    /// The address of a segment as a pointer of JavaCPP's.
    private static final class Borrowed extends Pointer {
        Borrowed(MemorySegment segment) {
            address = segment.address();
        }
    }
}
