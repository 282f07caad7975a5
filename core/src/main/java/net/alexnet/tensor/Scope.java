package net.alexnet.tensor;

/// A piece of work whose tensors are freed together, such as a training step or an evaluated batch.
///
/// Scopes nest and belong to the thread that opened them. Close them in the reverse order, best with
/// try-with-resources.
public interface Scope extends AutoCloseable {
    /// Frees every tensor that was made in this scope and is still alive.
    @Override
    void close();
}
