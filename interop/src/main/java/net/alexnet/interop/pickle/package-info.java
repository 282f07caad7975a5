/// Pickles of Python, read without running anything of them, and CIFAR-10 in its Python form.
///
/// Start reading at [net.alexnet.interop.pickle.Unpickler].
@NullMarked
package net.alexnet.interop.pickle;

import org.jspecify.annotations.NullMarked;
