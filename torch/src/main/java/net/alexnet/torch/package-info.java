/// [net.alexnet.tensor.Backend] on libtorch, through the JavaCPP Presets: oneDNN on CPUs, cuDNN on NVIDIA's GPUs, Metal
/// on Apple's.
///
/// Three rules hold everywhere in this package. Maps and filters lie channels-last in memory, whatever their logical
/// shape. The backward pass is written out, so gradient mode is off and libtorch records nothing. Native memory is freed
/// by scopes and never waits for the garbage collector: each operation runs in a frame of its own that frees its
/// intermediates, and what leaves the frame belongs to the innermost open [net.alexnet.tensor.Scope].
///
/// ```
/// TorchBackend         checks arguments, names the operation
///   NativeCall         one native operation: thread count, no gradients, temporaries freed, failures translated
///   TorchConvolution   TorchMaxPool   TorchResponseNorm   TorchNeurons   ...     what is computed, on raw tensors
///   TorchTransfer      between Java's memory and the device's
/// ```
///
/// Start reading at [net.alexnet.torch.TorchBackend].
@NullMarked
package net.alexnet.torch;

import org.jspecify.annotations.NullMarked;
