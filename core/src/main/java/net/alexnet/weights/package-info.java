/// Named tensors in files. [net.alexnet.weights.Safetensors] is the project's own format: it holds nothing but names,
/// shapes and values, so opening one can run no code, and its values can be read where they lie.
///
/// Start reading at [net.alexnet.weights.Safetensors].
@NullMarked
package net.alexnet.weights;

import org.jspecify.annotations.NullMarked;
