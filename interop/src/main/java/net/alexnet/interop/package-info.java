/// Weights of other frameworks in and out: tensor names, the publisher's preprocessing, the order of classes.
///
/// ```
/// WeightFormat ─▶ Importer ─▶ ImportResult ─▶ model.safetensors ─▶ Exporter ─▶ .pth, .onnx
///                 WeightLayout, ModelCard
/// ```
///
/// Start reading at [net.alexnet.interop.WeightLayout].
@NullMarked
package net.alexnet.interop;

import org.jspecify.annotations.NullMarked;
