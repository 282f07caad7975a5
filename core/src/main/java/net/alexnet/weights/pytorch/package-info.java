/// State dicts that PyTorch's `torch.save` wrote, read without running anything of them; and such files, written.
///
/// Start reading at [net.alexnet.weights.pytorch.PyTorchFile], writing at [net.alexnet.weights.pytorch.PyTorchWriter].
@NullMarked
package net.alexnet.weights.pytorch;

import org.jspecify.annotations.NullMarked;
