/// The operations of [net.alexnet.tensor.Backend] in plain Java loops: the specification every other backend is held to.
///
/// One file per kind of layer, a forward and a backward in each, the formula above and the shapes beside. Values are
/// plain `float[]` in row-major order of the logical shape, so value `(n, c, i, j)` of a map stands at
/// `((n · C + c) · H + i) · W + j`. Sums run in double and are rounded once. Nothing here is clever; it is meant to be
/// read beside the paper.
///
/// Start reading at [net.alexnet.tensor.reference.ReferenceBackend], or at `ReferenceConvolution` for the heart of it.
@NullMarked
package net.alexnet.tensor.reference;

import org.jspecify.annotations.NullMarked;
