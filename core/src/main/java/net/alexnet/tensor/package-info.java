/// Shapes, tensors and the operations that AlexNet needs, forward and backward.
///
/// [net.alexnet.tensor.Backend] has about twenty operations, only those that AlexNet uses. `net.alexnet.tensor.reference`
/// specifies them in plain loops; one suite of contract tests compares every other backend with it.
///
/// Start reading at [net.alexnet.tensor.Backend].
@NullMarked
package net.alexnet.tensor;

import org.jspecify.annotations.NullMarked;
