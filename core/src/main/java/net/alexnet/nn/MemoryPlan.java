package net.alexnet.nn;

import java.util.List;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.nn.Layer.Dropout;
import net.alexnet.nn.Layer.MaxPool;
import net.alexnet.nn.Layer.ResponseNorm;
import net.alexnet.tensor.EngineMemory;
import net.alexnet.tensor.EngineMemory.Convolution;
import net.alexnet.tensor.Shape;

/// The bytes that a training step needs beyond the program itself, by purpose, known before anything is allocated.
///
/// The plan is exact for our kernels on a CPU in float32. Other engines also keep the argmax of poolings, and padded copies of
/// inputs whose windows extend beyond the edge.
///
/// @param parameters weights and biases
/// @param gradients by all parameters; where a step is computed in micro-batches, their sums in float32 and the gradients of the
///     layer with the most parameters, which are made before they are added to the sums
/// @param momentum the momentum buffers, as many bytes as the parameters
/// @param input the batches, or micro-batches, in memory: the one that is computed and those loaded ahead of it
/// @param activations the layers' outputs, and dropout masks. A ReLU after a convolution writes nothing of its own, nor does
///     a normalization that the engine computes together with the pooling after it
/// @param workspace the gradients of activations at the peak of the backward pass, less the activations that it has
///     freed by then; and the memory of the engine's kernels, with the parameters and a batch of pictures in its precision
public record MemoryPlan(long parameters, long gradients, long momentum, long input, long activations, long workspace) {
    private static final int FLOAT = Float.BYTES;

    /// The bytes of a step that is computed in micro-batches, the gradients of which are added up.
    ///
    /// @param batch images in a step, at least `microBatch`
    /// @param microBatch images that are computed at a time, at least 1; `batch` for a step that is computed at once
    /// @param inputs micro-batches in memory, at least 1
    /// @param threads that compute, at least 1
    /// @param engine that computes
    public static MemoryPlan of(Architecture architecture, int batch, int microBatch, int inputs, int threads,
            EngineMemory engine) {
        if (microBatch > batch) {
            throw new IllegalArgumentException("a micro-batch has at most the " + batch + " images of its batch, found "
                    + microBatch);
        }
        MemoryPlan plan = of(architecture, microBatch, inputs, threads, engine);
        long largest = architecture.rows().stream().mapToLong(Row::parameters).max().orElseThrow();
        return microBatch == batch
                ? plan
                : new MemoryPlan(plan.parameters,
                        FLOAT * architecture.parameters() + engine.precision().bytes() * largest, plan.momentum,
                        plan.input,
                        plan.activations, plan.workspace);
    }

    /// The bytes of a step that is computed at once.
    ///
    /// @param batch images in a step, at least 1
    /// @param inputs batches in memory, at least 1
    /// @param threads that compute, at least 1
    /// @param engine that computes
    public static MemoryPlan of(Architecture architecture, int batch, int inputs, int threads, EngineMemory engine) {
        if (batch < 1 || inputs < 1 || threads < 1) {
            throw new IllegalArgumentException(
                    "the batch, the number of batches and the threads must be at least 1, found "
                            + batch + ", " + inputs + " and " + threads);
        }
        long parameters = FLOAT * architecture.parameters();
        long input = FLOAT * architecture.input().elements();
        List<Row> rows = architecture.rows();
        long activations = 0;
        long highest = 0;
        for (int i = 0; i < rows.size(); i++) {
            activations += written(rows, i, engine);
            highest = Math.max(highest, activations + gradients(rows, i, engine));
        }
        List<Convolution> convolutions = rows.stream().<Convolution>mapMulti((row, all) -> {
            if (row.layer() instanceof Conv conv) {
                all.accept(new Convolution(row.in(), row.weightShape(), conv.window(), conv.groups()));
            }
        }).toList();
        long kernels = convolutions.stream().mapToLong(engine::prepared).sum()
                + engine.scratch(convolutions, batch, threads);
        int bytes = engine.precision().bytes();
        long copies = bytes == FLOAT
                ? 0
                : bytes * (architecture.parameters() + batch * architecture.input().elements());
        return new MemoryPlan(parameters, bytes * architecture.parameters(), parameters, input * inputs * batch,
                batch * activations, batch * (highest - activations) + kernels + copies);
    }

    private static long written(List<Row> rows, int i, EngineMemory engine) {
        int copies = rows.get(i).layer() instanceof Dropout
                ? 2
                : isInPlace(rows, i) || isFused(rows, i, engine) ? 0 : 1;
        return copies * bytes(rows.get(i).out(), engine);
    }

    private static long bytes(Shape values, EngineMemory engine) {
        return values.elements() * (values.rank() == 3 ? engine.precision().bytes() : FLOAT);
    }

    /// The bytes of the gradients on both sides of a row, if it has a backward pass of its own.
    private static long gradients(List<Row> rows, int i, EngineMemory engine) {
        boolean skipped = isFused(rows, i, engine)
                || (isInPlace(rows, i) && Network.continuesThroughRelu(rows.get(i + 1).layer()));
        return skipped
                ? 0
                : bytes(rows.get(i).out(), engine) + (i == 0 ? 0 : bytes(rows.get(i).in(), engine));
    }

    private static boolean isInPlace(List<Row> rows, int i) {
        return i > 0 && Network.isRectified(rows, i - 1);
    }

    private static boolean isFused(List<Row> rows, int i, EngineMemory engine) {
        return rows.get(i).layer() instanceof ResponseNorm lrn && engine.fusesNormalizeMaxPool(lrn.norm())
                && rows.get(i + 1).layer() instanceof MaxPool;
    }

    /// Everything together.
    public long total() {
        return parameters + gradients + momentum + input + activations + workspace;
    }
}
