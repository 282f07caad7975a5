/// Other people's weights in, ours out: which tensor is which, how its publisher prepares pictures, in which order its
/// classes stand.
///
/// ```
/// WeightFile ─▶ Importer ─▶ Imported ─▶ model.safetensors ─▶ Exporter ─▶ a file for others
///  names,        Dialect,    ModelCard,
///  shapes        NetworkFit  entries
/// ```
///
/// Parsers know bytes only, dialects know names only. Start reading at [net.alexnet.exchange.Dialect].
@NullMarked
package net.alexnet.exchange;

import org.jspecify.annotations.NullMarked;
