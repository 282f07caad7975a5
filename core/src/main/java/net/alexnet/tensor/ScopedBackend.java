package net.alexnet.tensor;

import module java.base;

/// A backend that knows which of its tensors are alive, and whose scopes free them.
///
/// The reference backend is one too, although the garbage collector would free its arrays: a program that is correct there
/// is then correct with native memory.
///
/// @param <T> its tensors
public abstract class ScopedBackend<T extends ScopedBackend.Owned> implements Backend {
    private final Class<T> type;
    private final Set<T> live = identitySet();
    private final ThreadLocal<Deque<OpenScope>> open = ThreadLocal.withInitial(ArrayDeque::new);

    /// A tensor of a backend, whose memory can be freed.
    public abstract static class Owned implements Tensor {
        private final Shape shape;
        private final ScopedBackend<?> owner;
        private boolean freed;

        /// @param owner its backend
        protected Owned(Shape shape, ScopedBackend<?> owner) {
            this.shape = shape;
            this.owner = owner;
        }

        @Override
        public final Shape shape() {
            return shape;
        }

        /// Throws an [IllegalStateException] if the tensor was freed.
        protected final void requireAlive() {
            if (freed) {
                throw new IllegalStateException("a tensor of " + shape + " is used after it was freed; make it outside"
                        + " the scope if it has to live longer");
            }
        }

        /// Frees the memory; it is called once.
        protected abstract void release();

        final void free() {
            if (!freed) {
                freed = true; // also if it fails: a second call must not give back the same memory
                release();
            }
        }
    }

    /// @param type of its tensors
    protected ScopedBackend(Class<T> type) {
        this.type = type;
    }

    /// The tensor, if it belongs to this backend and is alive.
    ///
    /// @throws IllegalArgumentException if another backend made it
    /// @throws IllegalStateException if it was freed
    protected final T ours(Tensor tensor) {
        if (!(tensor instanceof Owned owned) || !owned.owner.equals(this)) {
            throw new IllegalArgumentException("the tensor of " + tensor.shape() + " was made by another backend");
        }
        owned.requireAlive();
        return type.cast(owned);
    }

    /// Opens a scope inside this thread's innermost one.
    @Override
    public final Scope scope() {
        OpenScope scope = new OpenScope();
        open.get().push(scope);
        return scope;
    }

    /// Adds a new tensor to this thread's innermost scope, if there is one.
    protected final T own(T tensor) {
        live.add(tensor);
        OpenScope innermost = open.get().peek();
        if (innermost != null) {
            innermost.tensors.add(tensor);
        }
        return tensor;
    }

    @Override
    public final void free(Tensor tensor) {
        T ours = ours(tensor);
        open.get().forEach(scope -> scope.tensors.remove(ours));
        live.remove(ours);
        ours.free();
    }

    @Override
    public final long liveTensors() {
        return live.size();
    }

    /// Frees all tensors that are alive.
    protected final void freeAll() {
        live.forEach(Owned::free);
        live.clear();
    }

    private static <E> Set<E> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    private final class OpenScope implements Scope {
        private final Set<T> tensors = identitySet();
        private boolean closed;

        @Override
        public void close() {
            if (closed) {
                return;
            }
            if (open.get().peek() != this) {
                throw new IllegalStateException("close: this is not the innermost open scope of this thread");
            }
            closed = true;
            open.get().pop();
            tensors.forEach(Owned::free);
            tensors.forEach(live::remove);
        }
    }
}
