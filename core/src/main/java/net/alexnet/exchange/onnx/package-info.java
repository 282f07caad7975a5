/// Whole models as ONNX graphs.
///
/// Start reading at [net.alexnet.exchange.onnx.OnnxWriter].
@NullMarked
package net.alexnet.exchange.onnx;

import org.jspecify.annotations.NullMarked;
