/// Files: safetensors and what files of weights have in common, atomic writes, locks, hashes.
///
/// [net.alexnet.io.Safetensors] is the project's own format for weights. It holds only names, shapes and values, so opening a
/// file runs no code, and values are used where they are mapped.
///
/// Start reading at [net.alexnet.io.Safetensors] and [net.alexnet.io.AtomicFiles].
@NullMarked
package net.alexnet.io;

import org.jspecify.annotations.NullMarked;
