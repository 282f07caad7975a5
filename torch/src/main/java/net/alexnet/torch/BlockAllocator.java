package net.alexnet.torch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import net.alexnet.tensor.Shape;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/// Memory of large tensors, which the steps of a run make and free in the same order over and over. Each lies in the lowest hole
/// where it fits (at which end [#take] says), and what is freed joins what is free beside it: the way back through a network then fits into what the way
/// forward has left, where the C library's allocator, or lists of free blocks by size, keep a block for every size that was
/// ever asked for. The readings are in LOG.md.
///
/// All values are float32, on the CPU. A place is a view of a flat tensor that holds them all, so memory is never gone while a tensor is in use.
final class BlockAllocator {
    /// From so many values on; smaller tensors are the allocator's.
    static final long LARGE = 1 << 18;

    /// The values of a chunk, at least, where so much is to be had. Only what was touched is memory: the rest is addresses, which
    /// the system may count all the same.
    private static final long CHUNK = 1 << 28;

    /// Places begin at multiples of so many values, of a page: as aligned as libtorch's own memory.
    private static final long PLACE = 1 << 10;

    private final List<Chunk> chunks = new ArrayList<>();
    private final Map<Long, Place> given = new HashMap<>();

    /// Memory in one piece.
    ///
    /// @param free the values' index to the number of free values from there on; no two of these touch
    private record Chunk(Tensor values, TreeMap<Long, Long> free) {}

    private record Place(Chunk chunk, long at, long length) {}

    private final Allocator allocator;

    /// Where chunks come from.
    interface Allocator {
        /// So many values in one piece.
        ///
        /// @throws RuntimeException if there is not so much
        Tensor empty(long values, TensorOptions options);
    }

    BlockAllocator() {
        this((values, options) -> torch.empty(new long[] {values}, options, new MemoryFormatOptional()));
    }

    BlockAllocator(Allocator allocator) {
        this.allocator = allocator;
    }

    /// A tensor as [#empty] gives it, once its values are written; nothing is kept of it if that fails.
    Tensor filled(Shape shape, TensorOptions options, Consumer<Tensor> writer) {
        Tensor result = empty(shape, options);
        boolean written = false;
        try {
            writer.accept(result);
            written = true;
        } finally {
            if (!written) {
                giveBack(result);
            }
        }
        return result;
    }

    /// A tensor of this shape, lying as [Layout] says, whose values are whatever the memory held.
    Tensor empty(Shape shape, TensorOptions options) {
        long values = shape.elements();
        if (values < LARGE) {
            return Layout.empty(shape, options);
        }
        long length = Math.ceilDiv(values, PLACE) * PLACE;
        Place place = place(length, options);
        Tensor flat = place.chunk().values().narrow(0, place.at(), values);
        given.put(flat.data_ptr().address(), place);
        return Layout.over(flat, shape);
    }

    private Place place(long length, TensorOptions options) {
        for (Chunk chunk : chunks) {
            for (Map.Entry<Long, Long> hole : chunk.free().entrySet()) {
                if (hole.getValue() >= length) {
                    return take(chunk, hole.getKey(), hole.getValue(), length);
                }
            }
        }
        Chunk chunk = new Chunk(memory(length, options), new TreeMap<>());
        chunks.add(chunk);
        return take(chunk, 0, chunk.values().numel(), length);
    }

    /// Where addresses are short (`ulimit -v`, no overcommitment), no more than what is needed now.
    private Tensor memory(long length, TensorOptions options) {
        try {
            return kept(Math.max(CHUNK, length), options);
        } catch (RuntimeException e) {
            clear();
            return kept(length, options);
        }
    }

    /// Above everything, at the hole's lower end; below another place, at its upper end: what lies above was made later and is
    /// freed sooner on the way back, so that holes grow together below.
    private static Place take(Chunk chunk, long at, long hole, long length) {
        chunk.free().remove(at);
        boolean top = at + hole == chunk.values().numel();
        if (hole > length) {
            chunk.free().put(top ? at + length : at, hole - length);
        }
        return new Place(chunk, top ? at : at + hole - length, length);
    }

    /// Takes a tensor's place back, if it has one of these: whoever owns the tensor is done with it.
    void giveBack(Tensor tensor) {
        Place place = given.remove(tensor.data_ptr().address());
        if (place == null) {
            return;
        }
        TreeMap<Long, Long> free = place.chunk().free();
        long from = place.at();
        long length = place.length();
        Map.Entry<Long, Long> below = free.lowerEntry(from);
        if (below != null && below.getKey() + below.getValue() == from) {
            from = below.getKey();
            length += below.getValue();
        }
        Long above = free.remove(place.at() + place.length());
        free.put(from, above == null ? length : length + above);
    }

    /// Gives the chunks in which nothing is in use back to the allocator.
    void clear() {
        for (Chunk chunk : List.copyOf(chunks)) {
            if (chunk.free().equals(Map.of(0L, chunk.values().numel()))) {
                chunk.values().releaseReference();
                chunks.remove(chunk);
            }
        }
    }

    /// Outlives the operation that made it.
    private Tensor kept(long values, TensorOptions options) {
        try (var _ = new PointerScope()) {
            return new Tensor(allocator.empty(values, options)).retainReference();
        }
    }
}
