package net.alexnet.tensor;

/// Values of type float32 in the memory of one [Backend]; only that backend can look inside.
///
/// A tensor made while a [Scope] is open lives until that scope closes. One made outside every scope lives until its
/// backend is closed.
public interface Tensor {
    /// The logical extents; how the values lie in memory is the backend's own affair.
    Shape shape();
}
