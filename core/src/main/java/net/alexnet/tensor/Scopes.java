package net.alexnet.tensor;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;

/// The tensors of a backend that are alive, and the scopes that free them.
///
/// The reference backend uses it too, although the garbage collector would free its arrays: a program that is correct there
/// is then correct with native memory.
///
/// @param <T> the backend's tensors
public final class Scopes<T extends Scopes.Owned> {
    private final Class<T> type;
    private final Set<T> live = identitySet();
    private final ThreadLocal<Deque<OpenScope>> open = ThreadLocal.withInitial(ArrayDeque::new);

    /// A tensor of a backend, whose memory can be freed.
    public abstract static class Owned implements Tensor {
        private final Shape shape;
        private final Scopes<?> owner;
        private boolean freed;

        /// @param owner the scopes of its backend
        protected Owned(Shape shape, Scopes<?> owner) {
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
                release();
                freed = true;
            }
        }
    }

    /// @param type of the backend's tensors
    public Scopes(Class<T> type) {
        this.type = type;
    }

    /// The tensor, if it belongs to this backend and is alive.
    ///
    /// @throws IllegalArgumentException if another backend made it
    /// @throws IllegalStateException if it was freed
    public T ours(Tensor tensor) {
        if (!(tensor instanceof Owned owned) || owned.owner != this) {
            throw new IllegalArgumentException("the tensor of " + tensor.shape() + " was made by another backend");
        }
        owned.requireAlive();
        return type.cast(owned);
    }

    /// Opens a scope inside this thread's innermost one.
    public Scope open() {
        OpenScope scope = new OpenScope();
        open.get().push(scope);
        return scope;
    }

    /// Adds a new tensor to this thread's innermost scope, if there is one.
    public T own(T tensor) {
        live.add(tensor);
        OpenScope innermost = open.get().peek();
        if (innermost != null) {
            innermost.tensors.add(tensor);
        }
        return tensor;
    }

    /// Frees a tensor before its scope would.
    public void free(T tensor) {
        open.get().forEach(scope -> scope.tensors.remove(tensor));
        if (live.remove(tensor)) {
            tensor.free();
        }
    }

    /// How many tensors are alive.
    public long liveTensors() {
        return live.size();
    }

    /// Frees all tensors that are alive.
    public void freeAll() {
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
