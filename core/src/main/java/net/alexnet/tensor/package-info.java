/// Shapes, tensors and the operations that AlexNet needs, forward and backward.
///
/// [net.alexnet.tensor.Backend] is the narrow waist of the project: about twenty operations, nothing that AlexNet does
/// not use. `net.alexnet.tensor.reference` says in plain loops what each of them means; every other backend is held to
/// it by one contract suite.
///
/// Start reading at [net.alexnet.tensor.Backend].
@NullMarked
package net.alexnet.tensor;

import org.jspecify.annotations.NullMarked;
