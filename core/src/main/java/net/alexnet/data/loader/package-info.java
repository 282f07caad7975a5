/// The input pipeline: which pictures make up a batch, how each is cut, and how batches are assembled ahead of the
/// training loop (§4.1 of the paper).
///
/// ```
/// EpochShuffle, Augmentation → TrainingSampler ┐                              workers fill reused buffers
///                                              ├→ BatchIndices, in order → DataLoader ──────→ ImageBatch, in order
///                            SequentialSampler ┘
/// ```
///
/// [net.alexnet.data.loader.BatchIndices] are a pure function of the seed and the position, so the stream of batches is
/// the same with one worker or sixteen, and after a resume at any batch.
///
/// Start reading at [net.alexnet.data.loader.DataLoader].
@NullMarked
package net.alexnet.data.loader;

import org.jspecify.annotations.NullMarked;
