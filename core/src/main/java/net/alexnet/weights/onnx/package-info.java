/// Weights in ONNX models, by the field numbers of its published `onnx.proto`.
///
/// Start reading at [net.alexnet.weights.onnx.OnnxFile].
@NullMarked
package net.alexnet.weights.onnx;

import org.jspecify.annotations.NullMarked;
