/// [net.alexnet.tensor.Backend] on libtorch, through the JavaCPP Presets: oneDNN on CPUs, cuDNN on NVIDIA's GPUs, Metal
/// on Apple's.
///
/// Three rules hold in this package. Maps and filters are channels-last in memory. The backward pass is written out, so
/// libtorch's gradient mode is off. Native memory is freed by scopes and not by the garbage collector: each operation frees
/// its intermediates, and its results belong to the innermost open [net.alexnet.tensor.Scope].
///
/// ```
/// TorchBackend         checks arguments, names the operation
///   NativeCall         one native operation: thread count, no gradients, temporaries freed, failures translated
///   TorchKernels       our own kernels, where they are faster
///   TorchMatMul   TorchMaxPool   TorchResponseNorm     libtorch's operations, on raw tensors
///   TorchTransfer      between Java's memory and the device's
/// TorchLibrary         the process: loading, and libtorch's settings
/// ```
///
/// Start reading at [net.alexnet.torch.TorchBackend].
@NullMarked
package net.alexnet.torch;

import org.jspecify.annotations.NullMarked;
