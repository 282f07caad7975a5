/// The whole state of a training run on disk, so that a resumed run gives the same bits as one that was never stopped.
///
/// ```
/// checkpoints/
///   step-00001234/
///     model.safetensors       the weights; by itself a model file
///     momentum.safetensors    the momentum buffers of the optimizer
///     state.json              position, schedule, seed, recipe, compute environment, sizes and SHA-256 of the two
///     state.json.sha256       SHA-256 of state.json, as `sha256sum -c` reads it
/// ```
///
/// Start reading at [net.alexnet.train.checkpoint.CheckpointStore].
@NullMarked
package net.alexnet.train.checkpoint;

import org.jspecify.annotations.NullMarked;
