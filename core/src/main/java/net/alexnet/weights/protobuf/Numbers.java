package net.alexnet.weights.protobuf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import net.alexnet.weights.Dtype;

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
    private final MemorySegment largest;

    private Numbers(Message message, int field, Kind kind, long count, MemorySegment largest) {
        this.message = message;
        this.field = field;
        this.kind = kind;
        this.count = count;
        this.largest = largest;
    }

    /// Walks a message and counts the numbers of a field.
    public static Numbers of(Message message, int field, Kind kind) throws IOException {
        Message walk = message.again();
        long bytes = 0;
        MemorySegment largest = MemorySegment.NULL;
        while (walk.next()) {
            if (walk.field() == field) {
                MemorySegment piece = walk.packed(kind);
                bytes += piece.byteSize();
                largest = piece.byteSize() > largest.byteSize() ? piece : largest;
            }
        }
        return new Numbers(message, field, kind, bytes / kind.bytes(), largest);
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
        long bytes = count * kind.bytes();
        if (largest.byteSize() == bytes) {
            return kind.dtype.values(largest);
        }
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new IOException("has too many values for one array");
        }
        MemorySegment all = MemorySegment.ofArray(new byte[(int) bytes]);
        long at = 0;
        Message walk = message.again();
        while (walk.next()) {
            if (walk.field() == field) {
                MemorySegment piece = walk.packed(kind);
                MemorySegment.copy(piece, ValueLayout.JAVA_BYTE, 0, all, ValueLayout.JAVA_BYTE, at, piece.byteSize());
                at += piece.byteSize();
            }
        }
        return kind.dtype.values(all);
    }
}
