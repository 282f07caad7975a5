package net.alexnet.net;

import java.util.List;
import net.alexnet.net.Architecture.Row;
import net.alexnet.net.Layer.Conv;
import net.alexnet.net.Layer.Dropout;
import net.alexnet.net.Layer.Relu;

/// How many bytes a training step of one batch needs beyond the program itself, by what they are for; known before anything
/// is allocated. It is the plan of a CPU with kernels of ours: other engines keep the winners of poolings besides, and
/// padded copies of inputs whose windows hang over.
///
/// @param parameters weights and biases
/// @param gradients the same once more
/// @param momentum the velocities, the same once more
/// @param input the batches in memory: the one that is learnt from and those made ahead of it
/// @param activations what every layer writes, and dropout masks; a ReLU behind a convolution writes nothing of its own
/// @param workspace what the way back needs beyond all activations, of which it frees one after the other; and the
///     convolutions' weights in the form in which kernels read them, once for each way
public record MemoryPlan(long parameters, long gradients, long momentum, long input, long activations, long workspace) {
    private static final int FLOAT = Float.BYTES;

    /// Multiplications of a tile of the kernels' convolution, each with a weight of its own (`WinogradTransform`).
    private static final int PRODUCTS = 49;

    /// The bytes of a step.
    ///
    /// @param batch pictures in a step, at least 1
    /// @param inputs batches in memory, at least 1
    public static MemoryPlan of(Architecture architecture, int batch, int inputs) {
        if (batch < 1 || inputs < 1) {
            throw new IllegalArgumentException(
                    "the batch and the number of batches must be at least 1, found " + batch + " and " + inputs);
        }
        long parameters = FLOAT * architecture.parameters();
        long input = FLOAT * architecture.input().elements();
        List<Row> rows = architecture.rows();
        long activations = 0;
        long highest = 0;
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            activations += written(rows, i);
            long gradients = FLOAT * (row.out().elements() + (i == 0 ? 0 : row.in().elements()));
            highest = Math.max(highest, activations + gradients);
        }
        return new MemoryPlan(parameters, parameters, parameters, input * inputs * batch, batch * activations,
                batch * (highest - activations) + prepared(rows));
    }

    private static long written(List<Row> rows, int i) {
        Row row = rows.get(i);
        boolean inPlace = row.layer() instanceof Relu && i > 0 && rows.get(i - 1).layer() instanceof Conv;
        int copies = row.layer() instanceof Dropout ? 2 : inPlace ? 0 : 1;
        return (long) copies * FLOAT * row.out().elements();
    }

    private static long prepared(List<Row> rows) {
        long bytes = 0;
        for (Row row : rows) {
            if (row.layer() instanceof Conv conv) {
                int kernel = conv.window().kernel();
                int stride = conv.window().stride();
                int taps = Math.ceilDiv(kernel, stride);
                if (taps == 3 || taps == 5) {
                    long pairs = row.weightShape().elements() / kernel / kernel * stride * stride;
                    bytes += (long) FLOAT * PRODUCTS * pairs * (stride == 1 ? 2 : 1);
                }
            }
        }
        return bytes;
    }

    /// Everything together.
    public long total() {
        return parameters + gradients + momentum + input + activations + workspace;
    }
}
