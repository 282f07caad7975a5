package net.alexnet.torch.kernel;

import module java.base;

/// Native memory for tensors, which is used again: a large block that the system gives anew costs more to fault in than
/// most operations take. A released block serves the next request of up to its size and at least half of it.
final class FloatPool implements AutoCloseable {
    private static final long ALIGNMENT = 64;

    private final Arena arena = Arena.ofShared();
    private final NavigableMap<Long, Deque<MemorySegment>> free = new TreeMap<>();
    private final Map<Long, MemorySegment> whole = new HashMap<>();

    /// Memory of this many floats, with any values.
    MemorySegment take(long floats) {
        long bytes = Math.max(1, floats) * Float.BYTES;
        Map.Entry<Long, Deque<MemorySegment>> fitting = free.ceilingEntry(bytes);
        MemorySegment block;
        if (fitting == null || fitting.getKey() > 2 * bytes) {
            block = arena.allocate(bytes, ALIGNMENT);
        } else {
            block = fitting.getValue().pop();
            if (fitting.getValue().isEmpty()) {
                free.remove(fitting.getKey());
            }
        }
        whole.put(block.address(), block);
        return block.asSlice(0, floats * Float.BYTES);
    }

    /// Takes memory back; other memory than of [#take] is ignored.
    void release(MemorySegment memory) {
        MemorySegment block = memory.isNative() ? whole.remove(memory.address()) : null;
        if (block != null) {
            free.computeIfAbsent(block.byteSize(), _ -> new ArrayDeque<>()).push(block);
        }
    }

    @Override
    public void close() {
        free.clear();
        whole.clear();
        arena.close();
    }
}
