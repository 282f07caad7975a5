/// Files of Keras: HDF5 and `.keras`, read by their layers and written.
///
/// Start reading at [net.alexnet.interop.keras.KerasFile] and [net.alexnet.interop.keras.KerasWriter].
@NullMarked
package net.alexnet.interop.keras;

import org.jspecify.annotations.NullMarked;
