package net.alexnet.interop.protobuf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import net.alexnet.io.Dtype;

/// A repeated float or double field of a message, packed or not, in one piece or many. Nothing of it is kept but where its
/// message lies: the fields are walked again when the values are asked for.
public final class Numbers {
    /// What the field holds.
    public enum Kind {
        FLOAT(Dtype.F32, 5), DOUBLE(Dtype.F64, 1);

        private final Dtype dtype;
        private final int wireType;

        Kind(Dtype dtype, int wireType) {
            this.dtype = dtype;
            this.wireType = wireType;
        }

        int bytes() {
            return dtype.bytes();
        }

        int wireType() {
            return wireType;
        }
    }

    private final Message message;
    private final int field;
    private final Kind kind;
    private final long count;
    private final long largestStart;
    private final long largest;

    private Numbers(Message message, int field, Kind kind, long count, long largestStart, long largest) {
        this.message = message;
        this.field = field;
        this.kind = kind;
        this.count = count;
        this.largestStart = largestStart;
        this.largest = largest;
    }

    /// Walks a message and counts the numbers of a field.
    public static Numbers of(Message message, int field, Kind kind) throws IOException {
        Message walk = message.again();
        long bytes = 0;
        long largestStart = 0;
        long largest = 0;
        while (walk.next()) {
            if (walk.field() == field) {
                long piece = walk.packed(kind);
                bytes += piece;
                if (piece > largest) {
                    largest = piece;
                    largestStart = walk.start();
                }
            }
        }
        return new Numbers(message, field, kind, bytes / kind.bytes(), largestStart, largest);
    }

    /// How many there are.
    public long count() {
        return count;
    }

    /// The type in which they are stored.
    public Dtype dtype() {
        return kind.dtype;
    }

    /// All of them, as [Dtype#values] gives them: where they lie, if they are floats in one piece.
    ///
    /// @throws IOException if they are too many for an array
    public MemorySegment values() throws IOException {
        if (largest == count * kind.bytes()) {
            return kind.dtype.values(message.whole().asSlice(largestStart, largest));
        }
        if (count > Integer.MAX_VALUE - 8) {
            throw new IOException("has too many values for one array");
        }
        float[] values = new float[(int) count];
        int at = 0;
        Message walk = message.again();
        while (walk.next()) {
            if (walk.field() == field) {
                MemorySegment piece = message.whole().asSlice(walk.start());
                long end = at + walk.packed(kind) / kind.bytes();
                for (int i = 0; at < end; i++) {
                    values[at++] = kind.dtype.valueAt(piece, i);
                }
            }
        }
        return MemorySegment.ofArray(values);
    }
}
