package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import net.alexnet.tensor.Precision;

/// Conversions between floats and bfloat16, the upper half of a float, as [Precision#round(float)] rounds.
final class BFloat16 {
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

    /// As many shorts as a vector has floats.
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class,
            VectorShape.forBitSize(LANES * Short.SIZE));

    /// Added to a float's bits, it carries into the upper half where the lower one is more than half of a unit.
    private static final int BELOW_HALF = 0x7FFF;

    /// Keeps NaN one without its lower half.
    private static final int QUIET = 1 << 22;

    private static final int UPPER_HALF = 0xFFFF0000;

    private BFloat16() {}

    /// A vector of floats.
    static FloatVector load(short[] values, int at) {
        return ((IntVector) ShortVector.fromArray(SHORTS, values, at).convertShape(VectorOperators.S2I, INTS, 0))
                .lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats();
    }

    /// Values as floats.
    static void unpack(short[] from, int fromAt, float[] to, int toAt, int count) {
        int whole = SPECIES.loopBound(count);
        for (int i = 0; i < whole; i += LANES) {
            load(from, fromAt + i).intoArray(to, toAt + i);
        }
        for (int i = whole; i < count; i++) {
            to[toAt + i] = Float.intBitsToFloat(from[fromAt + i] << Short.SIZE);
        }
    }

    /// Floats, rounded.
    static void pack(float[] from, int fromAt, short[] to, int toAt, int count) {
        int whole = SPECIES.loopBound(count);
        for (int i = 0; i < whole; i += LANES) {
            ((ShortVector) rounded(FloatVector.fromArray(SPECIES, from, fromAt + i))
                    .lanewise(VectorOperators.LSHR, Short.SIZE).convertShape(VectorOperators.I2S, SHORTS, 0))
                    .intoArray(to, toAt + i);
        }
        for (int i = whole; i < count; i++) {
            float value = from[fromAt + i];
            int bits = Float.floatToRawIntBits(Precision.BFLOAT16.round(value)) | (Float.isNaN(value) ? QUIET : 0);
            to[toAt + i] = (short) (bits >>> Short.SIZE);
        }
    }

    /// Rounds floats in place.
    static void round(float[] values, int at, int count) {
        int whole = SPECIES.loopBound(count);
        for (int i = at; i < at + whole; i += LANES) {
            rounded(FloatVector.fromArray(SPECIES, values, i)).reinterpretAsFloats().intoArray(values, i);
        }
        for (int i = at + whole; i < at + count; i++) {
            values[i] = Precision.BFLOAT16.round(values[i]);
        }
    }

    /// The bits of rounded floats.
    private static IntVector rounded(FloatVector values) {
        IntVector bits = values.reinterpretAsInts();
        IntVector even = bits.lanewise(VectorOperators.LSHR, Short.SIZE).and(1);
        return bits.add(even).add(BELOW_HALF)
                .blend(bits.or(QUIET), values.compare(VectorOperators.NE, values).cast(INTS)).and(UPPER_HALF);
    }
}
