/// Weights of other frameworks in and out: tensor names, the publisher's preprocessing, the order of classes.
///
/// ```
/// AnyWeights ─▶ Importer ─▶ ImportResult ─▶ model.safetensors ─▶ Exporter ─▶ .pth, .onnx
///  format        WeightLayout, ModelCard
/// ```
///
/// Start reading at [net.alexnet.interop.WeightLayout].
@NullMarked
package net.alexnet.interop;

import org.jspecify.annotations.NullMarked;
