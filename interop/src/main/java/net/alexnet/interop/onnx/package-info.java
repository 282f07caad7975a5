/// ONNX models: weights and nodes read by the field numbers of the published `onnx.proto`, and our models written as graphs.
///
/// Start reading at [net.alexnet.interop.onnx.OnnxFile] and [net.alexnet.interop.onnx.OnnxWriter].
@NullMarked
package net.alexnet.interop.onnx;

import org.jspecify.annotations.NullMarked;
