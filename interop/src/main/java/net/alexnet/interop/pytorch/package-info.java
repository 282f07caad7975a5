/// State dicts that PyTorch's `torch.save` wrote, read without running anything of them; and such files, written.
///
/// Pickles and zip directories are read by classes of this project: libraries for them bound neither the memory nor the
/// time that a hostile file takes (commons-compress 1.28 takes 311 MB of heap and 43 s for a directory of 20 MB).
///
/// Start reading at [net.alexnet.interop.pytorch.PyTorchFile], writing at [net.alexnet.interop.pytorch.PyTorchWriter].
@NullMarked
package net.alexnet.interop.pytorch;

import org.jspecify.annotations.NullMarked;
