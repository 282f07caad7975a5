/// CPU kernels in Java's Vector API over channels-last memory, for the operations that take most of AlexNet's time.
///
/// They need the module `jdk.incubator.vector`; [net.alexnet.torch.kernel.Kernels] says whether it is there. Tests compare each
/// with its plain form in [net.alexnet.tensor.reference].
///
/// ```
/// x ──▶ Strip ──▶ WinogradTransform ──▶ Gemm ──▶ WinogradTransform ──▶ y
///       7 rows    49 points a tile      49 matrix   back to pixels,
///       of input                        products    bias and ReLU
/// ```
///
/// Start reading at [net.alexnet.torch.kernel.WinogradConvolution].
@NullMarked
package net.alexnet.torch.kernel;

import org.jspecify.annotations.NullMarked;
