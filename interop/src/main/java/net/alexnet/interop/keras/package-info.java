/// Files of Keras: HDF5 and `.keras`, read by their layers.
///
/// Start reading at [net.alexnet.interop.keras.KerasFile].
@NullMarked
package net.alexnet.interop.keras;

import org.jspecify.annotations.NullMarked;
