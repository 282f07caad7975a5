package net.alexnet.torch.kernel;

import static java.nio.ByteOrder.nativeOrder;
import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.Lanes.SPECIES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/// The step of stochastic gradient descent, §5 of the paper, in one pass over memory; the plain form is
/// [net.alexnet.tensor.Backend#update].
final class FastUpdate {
    /// Values of a piece of work.
    private static final int PIECE = 1 << 16;

    private FastUpdate() {}

    static void run(MemorySegment w, MemorySegment v, MemorySegment gradient, float momentum, float decay,
            float learningRate,
            Workers workers) {
        long count = w.byteSize() / Float.BYTES;
        workers.forEach(Math.toIntExact(Math.ceilDiv(count, PIECE)), (_, piece) -> {
            long from = (long) piece * PIECE;
            int length = (int) Math.min(PIECE, count - from);
            piece(slice(w, from, length), slice(v, from, length), slice(gradient, from, length), length, momentum,
                    -decay * learningRate, -learningRate);
        });
    }

    private static MemorySegment slice(MemorySegment segment, long from, int length) {
        return segment.asSlice(from * Float.BYTES, (long) length * Float.BYTES);
    }

    private static void piece(MemorySegment w, MemorySegment v, MemorySegment gradient, int length, float momentum,
            float decay, float learningRate) {
        int whole = SPECIES.loopBound(length);
        for (int i = 0; i < whole; i += LANES) {
            long at = (long) i * Float.BYTES;
            FloatVector weight = FloatVector.fromMemorySegment(SPECIES, w, at, nativeOrder());
            FloatVector next = FloatVector.fromMemorySegment(SPECIES, v, at, nativeOrder()).mul(momentum)
                    .add(weight.mul(decay))
                    .add(FloatVector.fromMemorySegment(SPECIES, gradient, at, nativeOrder()).mul(learningRate));
            next.intoMemorySegment(v, at, nativeOrder());
            weight.add(next).intoMemorySegment(w, at, nativeOrder());
        }
        for (int i = whole; i < length; i++) {
            float weight = w.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            float next = v.getAtIndex(ValueLayout.JAVA_FLOAT, i) * momentum + weight * decay
                    + gradient.getAtIndex(ValueLayout.JAVA_FLOAT, i) * learningRate;
            v.setAtIndex(ValueLayout.JAVA_FLOAT, i, next);
            w.setAtIndex(ValueLayout.JAVA_FLOAT, i, weight + next);
        }
    }
}
