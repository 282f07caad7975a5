/// The whole state of a training run on disk, so that a resumed run is the run that was never stopped, bit for bit.
///
/// ```
/// checkpoints/
///   step-00001234/
///     model.safetensors       the weights; by itself a model file
///     momentum.safetensors    the velocities of the optimiser
///     state.json              position, schedule, seed, recipe, what computed; sizes and SHA-256 of the two
///     state.json.sha256       SHA-256 of state.json, as `sha256sum -c` reads it
/// ```
///
/// Start reading at [net.alexnet.train.checkpoint.CheckpointStore].
@NullMarked
package net.alexnet.train.checkpoint;

import org.jspecify.annotations.NullMarked;
