/// The operations of [net.alexnet.tensor.Backend] in plain Java loops: the specification for all other backends, to be read
/// beside the paper.
///
/// There is one class for each kind of layer, with its formula, forward and backward. Values are `float[]` in row-major order
/// of the logical shape, so value `(n, c, i, j)` of a map is at `((n · C + c) · H + i) · W + j`. Sums are computed in double
/// and rounded once.
///
/// Start reading at [net.alexnet.tensor.reference.ReferenceBackend], or at `ReferenceConvolution` for the heart of it.
@NullMarked
package net.alexnet.tensor.reference;

import org.jspecify.annotations.NullMarked;
