/// Pickles of Python, read without running anything of them.
@NullMarked
package net.alexnet.interop.pickle;

import org.jspecify.annotations.NullMarked;
