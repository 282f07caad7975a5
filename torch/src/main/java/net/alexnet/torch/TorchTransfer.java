package net.alexnet.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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

/// Values between Java's memory and a device's. Java speaks the row-major order of the logical shape; [Layout] says how
/// they lie on the other side.
record TorchTransfer(TorchDevice device) {
    /// Of libtorch's own memory on a CPU. Kernels may sum in another order where memory begins elsewhere, so that a tensor
    /// that is used in place would not give the bits of its copy.
    private static final int ALIGNMENT = 64;

    private static final TorchDevice HOST = new TorchDevice("cpu", DeviceType.CPU, 0, "where Java's memory is");

    Tensor upload(Shape shape, float[] values) {
        Tensor tensor = Layout.empty(shape, floats(device));
        assign(tensor, values);
        return tensor;
    }

    /// A tensor on the memory itself where the CPU can compute on it as it lies; else a copy.
    Tensor upload(Shape shape, MemorySegment values) {
        if (!addressable(values)) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment copy = arena.allocate(values.byteSize(), Float.BYTES).copyFrom(values);
                return copy(shape, copy);
            }
        }
        Tensor rows = rows(values, shape);
        return device.isCpu() && values.address() % ALIGNMENT == 0 && Layout.isOrdered(rows)
                ? rows
                : copy(shape, values);
    }

    private Tensor copy(Shape shape, MemorySegment values) {
        Tensor tensor = Layout.empty(shape, floats(device));
        copy(rows(values, shape), values, tensor);
        return tensor;
    }

    /// What a tensor that was uploaded has borrowed: the memory that it lies in, or [MemorySegment#NULL] if it has its own.
    MemorySegment borrowed(Tensor tensor, MemorySegment values) {
        return tensor.is_cpu() && values.isNative() && tensor.data_ptr().address() == values.address()
                ? values
                : MemorySegment.NULL;
    }

    /// Copies once where the target lies in row-major order on the CPU, else by way of a tensor that does.
    void assign(Tensor target, float[] values) {
        if (target.is_cpu() && target.is_contiguous()) {
            new FloatPointer(target.data_ptr()).put(values);
            return;
        }
        Tensor rows = torch.empty(Layout.sizes(Layout.shape(target)), floats(HOST), new MemoryFormatOptional());
        new FloatPointer(rows.data_ptr()).put(values);
        target.copy_(rows);
    }

    /// The same from any memory.
    void assign(Tensor target, MemorySegment values) {
        if (addressable(values)) {
            copy(rows(values, Layout.shape(target)), values, target);
        } else {
            assign(target, values.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
        }
    }

    float[] download(Tensor tensor) {
        Tensor rows = tensor.cpu().to(ScalarType.Float).contiguous();
        float[] values = new float[Math.toIntExact(rows.numel())];
        new FloatPointer(rows.data_ptr()).get(values);
        return values;
    }

    /// Whether the CPU can compute on this memory as it lies.
    boolean inPlace(MemorySegment pixels) {
        return device.isCpu() && addressable(pixels);
    }

    /// Channels innermost is how both a decoder and [Layout] order pixels, so native memory is taken as it is: without a
    /// copy on the CPU, by one transfer to another device. Heap memory is copied out first.
    ///
    /// @param shape `(N, C, H, W)`
    Tensor uploadImages(MemorySegment pixels, Shape shape) {
        if (inPlace(pixels)) {
            return view(pixels, shape);
        }
        Tensor tensor = Layout.empty(shape, floats(device));
        if (addressable(pixels)) {
            copy(view(pixels, shape), pixels, tensor); // and waits: the memory is about to be used again
            return tensor;
        }
        try (Arena arena = Arena.ofConfined()) {
            long bytes = shape.elements() * Float.BYTES;
            MemorySegment copy = arena.allocate(bytes, Float.BYTES).copyFrom(pixels.asSlice(0, bytes));
            copy(view(copy, shape), copy, tensor);
            return tensor;
        }
    }

    /// Copies values out of Java's memory. libtorch knows the address alone, so an automatic arena could be collected while
    /// it reads.
    private static void copy(Tensor source, MemorySegment memory, Tensor target) {
        try {
            target.copy_(source);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    private static boolean addressable(MemorySegment pixels) {
        return pixels.isNative() && pixels.address() % Float.BYTES == 0;
    }

    /// A tensor of row-major order on memory that stays Java's.
    private static Tensor rows(MemorySegment values, Shape shape) {
        return torch.from_blob(new Borrowed(values), Layout.sizes(shape), floats(HOST));
    }

    /// Pictures on memory that stays Java's.
    private static Tensor view(MemorySegment pixels, Shape shape) {
        long[] memoryOrder = {shape.dim(0), shape.dim(2), shape.dim(3), shape.dim(1)}; // (N, H, W, C)
        return torch.from_blob(new Borrowed(pixels), memoryOrder, floats(HOST)).permute(0, 3, 1, 2);
    }

    private static TensorOptions floats(TorchDevice device) {
        return device.options(ScalarType.Float);
    }

    /// The address of a segment, as JavaCPP wants it.
    private static final class Borrowed extends Pointer {
        Borrowed(MemorySegment segment) {
            address = segment.address();
        }
    }
}
