package net.alexnet.torch;

import module java.base;
import net.alexnet.tensor.Shape;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Allocates large tensors, which each step of a run makes and frees in the same order. It takes the lowest hole that is large
/// enough, and joins freed memory with the holes beside it. The backward pass then fits into memory that the forward pass
/// has freed. The C library's allocator and lists of free blocks by size would keep a block for every size that was ever
/// requested (readings in LOG.md).
///
/// Chunks are float32, on the CPU; a tensor in bfloat16 takes half as many of their values as it has. A place is a view of a
/// chunk's tensor, so the memory lives as long as the view.
final class BlockAllocator {
    /// The fewest values of a large tensor. libtorch allocates smaller ones.
    static final long LARGE = 1 << 18;

    /// The fewest values of a chunk, if that much is available. Pages that were never touched only take addresses, though the
    /// system may count them.
    private static final long CHUNK = 1 << 28;

    /// Places begin at multiples of this many values, so they are aligned to pages.
    private static final long PLACE = 1 << 10;

    private final List<Chunk> chunks = new ArrayList<>();
    private final Map<Long, Place> given = new HashMap<>();

    /// Memory in one piece.
    ///
    /// @param free the holes: first index to number of values; no two of them touch
    private record Chunk(Tensor values, TreeMap<Long, Long> free) {}

    private record Place(Chunk chunk, long at, long length) {}

    private final Allocator allocator;

    /// Allocates a chunk of that many values, or throws a [RuntimeException].
    interface Allocator {
        Tensor empty(long values, TensorOptions options);
    }

    BlockAllocator() {
        this((values, options) -> torch.empty(new long[] {values}, options, new MemoryFormatOptional()));
    }

    BlockAllocator(Allocator allocator) {
        this.allocator = allocator;
    }

    /// A tensor whose values are written; if that fails, its memory is free again.
    Tensor filled(Shape shape, TensorOptions options, Consumer<Tensor> writer) {
        Tensor result = empty(shape, options);
        try {
            writer.accept(result);
            return result;
        } catch (RuntimeException | Error e) {
            giveBack(result);
            throw e;
        }
    }

    /// A tensor of this shape, ordered as [Layout] says, whose values are whatever the memory held.
    Tensor empty(Shape shape, TensorOptions options) {
        boolean half = options.dtype().toScalarType().intern() == ScalarType.BFloat16;
        long values = half ? Math.ceilDiv(shape.elements(), 2) : shape.elements();
        if (values < LARGE) {
            return Layout.empty(shape, options);
        }
        long length = Math.ceilDiv(values, PLACE) * PLACE;
        Place place = place(length, half ? options.dtype(new ScalarTypeOptional(ScalarType.Float)) : options);
        Tensor flat = place.chunk().values().narrow(0, place.at(), values);
        given.put(flat.data_ptr().address(), place);
        return Layout.over(half ? flat.view(ScalarType.BFloat16).narrow(0, 0, shape.elements()) : flat, shape);
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

    /// A whole chunk, or where addresses are short (`ulimit -v`, no overcommitment), no more than is needed now.
    private Tensor memory(long length, TensorOptions options) {
        try {
            return kept(Math.max(CHUNK, length), options);
        } catch (RuntimeException e) {
            clear();
            return kept(length, options);
        }
    }

    /// In the hole above everything, takes the lower end; in another, the upper end. Tensors above were made later and are
    /// freed earlier in the backward pass, so that the holes below grow together.
    private static Place take(Chunk chunk, long at, long hole, long length) {
        chunk.free().remove(at);
        boolean top = at + hole == chunk.values().numel();
        if (hole > length) {
            chunk.free().put(top ? at + length : at, hole - length);
        }
        return new Place(chunk, top ? at : at + hole - length, length);
    }

    /// Frees a tensor's place, if it has one here. The tensor must not be used afterwards.
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

    /// Releases the chunks in which nothing is in use.
    void clear() {
        for (Chunk chunk : List.copyOf(chunks)) {
            if (chunk.free().equals(Map.of(0L, chunk.values().numel()))) {
                chunk.values().releaseReference();
                chunks.remove(chunk);
            }
        }
    }

    /// A tensor that outlives the operation that made it.
    private Tensor kept(long values, TensorOptions options) {
        try (var _ = new PointerScope()) {
            return new Tensor(allocator.empty(values, options)).retainReference();
        }
    }
}
