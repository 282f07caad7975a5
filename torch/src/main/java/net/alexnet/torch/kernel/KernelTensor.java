package net.alexnet.torch.kernel;

import module java.base;
import net.alexnet.tensor.ScopedBackend;
import net.alexnet.tensor.Shape;

/// Values in memory: of maps and of convolutions' weights with the channels innermost, `(N, H, W, C)`, else in row-major order.
final class KernelTensor extends ScopedBackend.Owned {
    private final FloatPool pool;
    private final Map<Object, Object> prepared = new HashMap<>();
    private MemorySegment memory;
    private Optional<MemorySegment> borrowed;

    /// @param memory from the pool, or of `borrowed`
    /// @param borrowed a caller's memory, which stays as it is as long as the tensor lives; it is never written to
    KernelTensor(Shape shape, MemorySegment memory, Optional<MemorySegment> borrowed, KernelBackend owner,
            FloatPool pool) {
        super(shape, owner);
        this.memory = memory;
        this.borrowed = borrowed;
        this.pool = pool;
    }

    /// A tensor on a caller's native memory. All threads of the kernels read it, though the arena may belong to one.
    @SuppressWarnings("restricted") // the segment says how large it is
    static KernelTensor borrowed(Shape shape, MemorySegment memory, KernelBackend owner, FloatPool pool) {
        return new KernelTensor(shape, MemorySegment.ofAddress(memory.address()).reinterpret(memory.byteSize()),
                Optional.of(memory), owner, pool);
    }

    /// @throws IllegalStateException if the tensor was freed
    MemorySegment memory() {
        requireAlive();
        return memory;
    }

    /// Memory to be changed.
    MemorySegment writable() {
        requireAlive();
        prepared.clear();
        if (borrowed.isPresent()) {
            memory = pool.take(shape().elements()).copyFrom(memory);
            borrowed = Optional.empty();
        }
        return memory;
    }

    /// What a kernel reads instead of this weight. It is made on first use and after every change.
    ///
    /// @param form what it depends on besides the weight
    /// @param prepare makes it
    <T> T prepared(Object form, Class<T> type, Supplier<T> prepare) {
        return type.cast(prepared.computeIfAbsent(form, _ -> prepare.get()));
    }

    @Override
    protected void release() {
        prepared.clear();
        if (borrowed.isEmpty()) {
            pool.release(memory);
        }
    }
}
