package net.alexnet.torch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import net.alexnet.tensor.Shape;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/// Memory of large tensors that were freed, kept for the next ones. The steps of a run make tensors of the same few sizes over
/// and over; by way of the C library's allocator they cut up each other's room. Read at batch 128 of the paper's network: half a
/// gigabyte less of 3.8.
///
/// A block is held as a flat tensor, of which the tensors given out are views: memory is never gone while one is in use.
final class TorchBlocks {
    /// From so many values on; smaller tensors are the allocator's.
    static final long LARGE = 1 << 18;

    /// A block is taken for a tensor of at least this part of its length, so that the last batch of an epoch, which is often
    /// smaller, takes the blocks of the others.
    private static final int LOOSEST = 4;

    private final TreeMap<Long, Deque<Tensor>> free = new TreeMap<>();
    private final Map<Long, Tensor> given = new HashMap<>();

    /// A tensor of this shape, lying as [Layout] says, whose values are whatever the memory held.
    synchronized Tensor empty(Shape shape, TensorOptions options) {
        long values = shape.elements();
        if (values < LARGE) {
            return Layout.empty(shape, options);
        }
        Map.Entry<Long, Deque<Tensor>> fits = free.ceilingEntry(values);
        Tensor block;
        if (fits != null && fits.getKey() <= LOOSEST * values) {
            block = fits.getValue().pop();
            if (fits.getValue().isEmpty()) {
                free.remove(fits.getKey());
            }
        } else {
            block = kept(torch.empty(new long[] {values}, options, new MemoryFormatOptional()));
        }
        given.put(block.data_ptr().address(), block);
        return Layout.over(block.narrow(0, 0, values), shape);
    }

    /// Takes a tensor's block back, if it has one of these: whoever owns the tensor is done with it.
    synchronized void giveBack(Tensor tensor) {
        Tensor block = given.remove(tensor.data_ptr().address());
        if (block != null) {
            free.computeIfAbsent(block.numel(), _ -> new ArrayDeque<>()).push(block);
        }
    }

    /// Gives the memory of all that are free back to the allocator.
    synchronized void clear() {
        free.values().forEach(blocks -> blocks.forEach(Tensor::releaseReference));
        free.clear();
    }

    /// Outlives the operation that made it.
    private static Tensor kept(Tensor tensor) {
        try (var _ = new PointerScope()) {
            return new Tensor(tensor).retainReference();
        }
    }
}
