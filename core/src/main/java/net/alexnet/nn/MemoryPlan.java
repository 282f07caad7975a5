package net.alexnet.nn;

import java.util.List;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.nn.Layer.Dropout;
import net.alexnet.nn.Layer.MaxPool;
import net.alexnet.nn.Layer.Relu;
import net.alexnet.nn.Layer.ResponseNorm;

/// How many bytes a training step of one batch needs beyond the program itself, by what they are for; known before anything
/// is allocated. It is the plan of a CPU with kernels of ours: other engines keep the argmax of poolings besides, what is
/// between a norm and a pooling, and padded copies of inputs whose windows hang over.
///
/// @param parameters weights and biases
/// @param gradients the same once more
/// @param momentum the velocities, the same once more
/// @param input the batches in memory: the one that is learnt from and those made ahead of it
/// @param activations what every layer writes, and dropout masks; a ReLU behind a convolution writes nothing of its own, nor
///     does a norm with a pooling behind it
/// @param workspace what the way back needs beyond all activations, of which it frees one after the other; the
///     convolutions' weights in the form in which kernels read them, once for each way; and what each thread works in
public record MemoryPlan(long parameters, long gradients, long momentum, long input, long activations, long workspace) {
    private static final int FLOAT = Float.BYTES;

    /// A tile of the kernels' convolution is known at so many points on each axis (`WinogradTransform`).
    private static final int POINTS = 7;

    /// Multiplications of a tile, each with a weight of its own.
    private static final int PRODUCTS = POINTS * POINTS;

    /// The bytes of a step.
    ///
    /// @param batch pictures in a step, at least 1
    /// @param inputs batches in memory, at least 1
    /// @param threads that compute, at least 1
    public static MemoryPlan of(Architecture architecture, int batch, int inputs, int threads) {
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
            activations += written(rows, i);
            highest = Math.max(highest, activations + FLOAT * gradients(rows, i));
        }
        return new MemoryPlan(parameters, parameters, parameters, input * inputs * batch, batch * activations,
                batch * (highest - activations) + prepared(rows) + scratch(rows, batch, threads));
    }

    private static long written(List<Row> rows, int i) {
        Row row = rows.get(i);
        int copies = row.layer() instanceof Dropout ? 2 : isInPlace(rows, i) || isPooledAtOnce(rows, i) ? 0 : 1;
        return (long) copies * FLOAT * row.out().elements();
    }

    /// The values of the gradients on both sides of a row, if it has a pass of its own on the way back.
    private static long gradients(List<Row> rows, int i) {
        boolean passed = isPooledAtOnce(rows, i) || (isInPlace(rows, i) && switch (rows.get(i + 1).layer()) {
            case Conv _,ResponseNorm _,MaxPool _ -> true;
            default -> false;
        });
        return passed ? 0 : rows.get(i).out().elements() + (i == 0 ? 0 : rows.get(i).in().elements());
    }

    private static boolean isInPlace(List<Row> rows, int i) {
        return rows.get(i).layer() instanceof Relu && i > 0 && rows.get(i - 1).layer() instanceof Conv;
    }

    private static boolean isPooledAtOnce(List<Row> rows, int i) {
        return rows.get(i).layer() instanceof ResponseNorm lrn && lrn.norm().isPaperForm()
                && rows.get(i + 1).layer() instanceof MaxPool;
    }

    private static long prepared(List<Row> rows) {
        return rows.stream().mapToLong(row -> FLOAT * PRODUCTS * pairs(row)
                * (row.layer() instanceof Conv conv && conv.window().stride() > 1 ? 1 : 2)).sum();
    }

    /// The sums of a weight's gradient, as many as the largest weight has, and tiles that take as much again, for each thread that
    /// has work: a picture's rows of tiles are what threads share.
    private static long scratch(List<Row> rows, int batch, int threads) {
        List<Row> ours = rows.stream().filter(row -> pairs(row) > 0).toList();
        long busy = Math.min(threads, batch * ours.stream().mapToLong(MemoryPlan::tileRows).max().orElse(0));
        return 2L * FLOAT * PRODUCTS * busy * ours.stream().mapToLong(MemoryPlan::pairs).max().orElse(0);
    }

    private static long tileRows(Row row) {
        Conv conv = (Conv) row.layer();
        int side = POINTS + 1 - Math.ceilDiv(conv.window().kernel(), conv.window().stride());
        return Math.ceilDiv(row.out().dim(1), side);
    }

    /// Pairs of an input and an output channel of a convolution that is the kernels', of one group; else 0.
    private static long pairs(Row row) {
        if (!(row.layer() instanceof Conv conv)) {
            return 0;
        }
        int kernel = conv.window().kernel();
        int stride = conv.window().stride();
        int taps = Math.ceilDiv(kernel, stride);
        return taps == 3 || taps == 5 ? row.weightShape().elements() / kernel / kernel * stride * stride : 0;
    }

    /// Everything together.
    public long total() {
        return parameters + gradients + momentum + input + activations + workspace;
    }
}
