/// Pictures before they become tensors: decoding, scaling, cropping, mirroring, and the pixel statistics that the
/// network expects to have been taken away (§2 and §4.1 of the paper).
@NullMarked
package net.alexnet.data.image;

import org.jspecify.annotations.NullMarked;
