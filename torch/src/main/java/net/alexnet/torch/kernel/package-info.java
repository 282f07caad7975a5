/// CPU kernels in plain Java, by the Vector API, over channels-last memory: what AlexNet spends its time in.
///
/// They need the module `jdk.incubator.vector`; [net.alexnet.torch.kernel.Kernels] says whether it is there. Each has its plain
/// twin in [net.alexnet.tensor.reference], which it is held to, and a contract's tolerance, which it keeps.
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
