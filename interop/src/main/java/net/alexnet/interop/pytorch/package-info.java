/// State dicts that PyTorch's `torch.save` wrote, read without running anything of them; and such files, written.
///
/// Start reading at [net.alexnet.interop.pytorch.PyTorchFile], writing at [net.alexnet.interop.pytorch.PyTorchWriter].
@NullMarked
package net.alexnet.interop.pytorch;

import org.jspecify.annotations.NullMarked;
