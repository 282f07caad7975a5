package net.alexnet.torch.kernel;

import static java.nio.ByteOrder.nativeOrder;
import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import module java.base;
import net.alexnet.torch.kernel.Scratch.Use;

/// The step of stochastic gradient descent, §5 of the paper, in one pass over memory; the plain form is
/// [net.alexnet.tensor.Backend#update].
final class FastUpdate {
    /// Values of a piece of work: few enough to stay in a core's cache.
    private static final int PIECE = 1 << 14;

    private FastUpdate() {}

    /// @param gradient float32, or bfloat16 if it has half the bytes
    /// @param rounded overwritten by the new weights in bfloat16, if it is given
    static void run(MemorySegment w, MemorySegment v, MemorySegment gradient, Optional<MemorySegment> rounded,
            float momentum, float decay, float learningRate, Workers workers, Scratch[] scratch) {
        long count = w.byteSize() / Float.BYTES;
        boolean half = gradient.byteSize() < w.byteSize();
        workers.forEach(Math.toIntExact(Math.ceilDiv(count, PIECE)), (worker, piece) -> {
            long from = (long) piece * PIECE;
            int length = (int) Math.min(PIECE, count - from);
            MemorySegment weights = slice(w, from, length);
            piece(weights, slice(v, from, length),
                    half ? unpacked(gradient, from, length, scratch[worker]) : slice(gradient, from, length), length,
                    momentum, -decay * learningRate, -learningRate);
            rounded.ifPresent(to -> pack(weights, to, from, length, scratch[worker]));
        });
    }

    private static MemorySegment unpacked(MemorySegment gradient, long from, int length, Scratch mine) {
        float[] values = mine.get(Use.GRADIENT, PIECE);
        short[] packed = mine.shorts(PIECE);
        MemorySegment.copy(gradient, ValueLayout.JAVA_SHORT, from * Short.BYTES, packed, 0, length);
        BFloat16.unpack(packed, 0, values, 0, length);
        return MemorySegment.ofArray(values);
    }

    private static void pack(MemorySegment weights, MemorySegment to, long at, int length, Scratch mine) {
        float[] values = mine.get(Use.WEIGHTS, PIECE);
        short[] packed = mine.shorts(PIECE);
        MemorySegment.copy(weights, ValueLayout.JAVA_FLOAT, 0, values, 0, length);
        BFloat16.pack(values, 0, packed, 0, length);
        MemorySegment.copy(packed, 0, to, ValueLayout.JAVA_SHORT, at * Short.BYTES, length);
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
