package net.alexnet.inference;

import net.alexnet.data.image.ImageCodec;
import net.alexnet.distributed.Group;
import net.alexnet.distributed.Ranks;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.EngineMemory;
import net.alexnet.tensor.Precision;

/// A compute engine that [java.util.ServiceLoader] finds: the backends that it opens, and the image codec that comes
/// with it. An implementation has a public constructor without parameters that loads nothing native, and a line in
/// `META-INF/services/net.alexnet.inference.EngineProvider`.
public interface EngineProvider {
    /// Opens a backend; the caller closes it.
    ///
    /// @param device `auto` for the fastest device of this machine, or a name that the engine knows
    /// @param threads how many threads an operation may use on a CPU, at least 1
    /// @param precision of products and maps
    /// @throws IllegalArgumentException if there is no such device, or it does not compute with this precision
    /// @throws EngineUnavailableException if the native libraries are missing or the JVM does not let them load
    Backend open(String device, int threads, Precision precision);

    /// Opens a backend for forward passes at test time; the caller closes it. On a CPU and in float32 an answer of it depends on
    /// the picture and the model alone: not on which pictures share a batch, the number of threads or the flags of the JVM.
    ///
    /// @param device as for [#open]
    /// @param threads as for [#open]
    /// @param precision of products and maps
    /// @throws IllegalArgumentException as for [#open]
    /// @throws EngineUnavailableException as for [#open]
    Backend openForInference(String device, int threads, Precision precision);

    /// Joins the ranks of a run; returns when all are there. The caller closes the group before the backend.
    ///
    /// @param backend from [#open]
    /// @throws IllegalArgumentException if this rank was started otherwise than the others, or the backend's device cannot
    ///     exchange values with others
    /// @throws net.alexnet.distributed.GroupException if a rank does not come
    Group join(Ranks ranks, Backend backend);

    /// The device of one of several ranks on this host, so that ranks do not share a GPU.
    ///
    /// @param device as for [#open]
    /// @param localRank the rank's number among those of this host, from 0
    String deviceOfRank(String device, int localRank);

    /// The codec that reads and writes images. Safe for use by many threads; nothing to close.
    ///
    /// @throws EngineUnavailableException as for [#open]
    ImageCodec codec();

    /// What the engine's kernels need on a CPU besides tensors; known without loading anything native.
    ///
    /// @param precision of products and maps
    EngineMemory memory(Precision precision);
}
