/// Files of weights of any format that is read, told apart by their content.
///
/// Start reading at [net.alexnet.weights.any.AnyWeights].
@NullMarked
package net.alexnet.weights.any;

import org.jspecify.annotations.NullMarked;
