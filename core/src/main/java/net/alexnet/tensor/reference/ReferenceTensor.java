package net.alexnet.tensor.reference;

import net.alexnet.tensor.Scopes;
import net.alexnet.tensor.Shape;

/// Values in row-major order of the shape, until they are freed.
final class ReferenceTensor implements Scopes.Owned {
    private final Shape shape;
    private final float[] values;
    private final Scopes<ReferenceTensor> owner;
    private boolean freed;

    ReferenceTensor(Shape shape, float[] values, Scopes<ReferenceTensor> owner) {
        this.shape = shape;
        this.values = values;
        this.owner = owner;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    /// The values themselves, not a copy.
    ///
    /// @throws IllegalStateException if the tensor was freed
    float[] values() {
        if (freed) {
            throw new IllegalStateException("a tensor of " + shape + " is used after it was freed; make it outside the"
                    + " scope if it has to live longer");
        }
        return values;
    }

    boolean belongsTo(Scopes<ReferenceTensor> scopes) {
        return owner == scopes;
    }

    @Override
    public void free() {
        freed = true;
    }
}
