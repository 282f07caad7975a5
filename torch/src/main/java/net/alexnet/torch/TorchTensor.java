package net.alexnet.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import net.alexnet.tensor.Scopes;
import net.alexnet.tensor.Shape;

/// A native tensor of which this object holds one reference, until [#free()].
final class TorchTensor implements Scopes.Owned {
    private static final float[] NONE = {};

    private org.bytedeco.pytorch.Tensor handle;
    private final Shape shape;
    private final Scopes<TorchTensor> owner;
    private final BlockAllocator blocks;
    private MemorySegment borrowed;
    private Optional<Arena> views = Optional.empty();
    private boolean freed;
    private final Map<Use, float[]> prepared = new EnumMap<>(Use.class);
    private final Map<Use, Object> current = new EnumMap<>(Use.class);

    /// What a weight is prepared for.
    enum Use {
        FORWARD, BACKWARD
    }

    /// @param handle may be a temporary of the frame that runs, or a view of one: a reference of our own is taken
    /// @param borrowed memory of Java's that the tensor reads in place and that must not vanish before it;
    ///     [MemorySegment#NULL] if there is none
    /// @param blocks to which its memory goes back, if it came from there
    TorchTensor(org.bytedeco.pytorch.Tensor handle, Scopes<TorchTensor> owner, MemorySegment borrowed,
            BlockAllocator blocks) {
        this.blocks = blocks;
        this.handle = new org.bytedeco.pytorch.Tensor(handle).retainReference();
        this.shape = Layout.shape(handle);
        this.owner = owner;
        this.borrowed = borrowed;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    /// @throws IllegalStateException if the tensor was freed
    org.bytedeco.pytorch.Tensor handle() {
        if (freed) {
            throw new IllegalStateException("a tensor of " + shape + " is used after it was freed; make it outside the"
                    + " scope if it has to live longer");
        }
        return handle;
    }

    /// The tensor's memory, to be read until the tensor is freed or moves to memory of its own.
    MemorySegment view() {
        Arena arena = views.orElseGet(Arena::ofShared);
        views = Optional.of(arena);
        return TorchKernels.memory(handle(), arena).asReadOnly();
    }

    private void endViews() {
        views.ifPresent(Arena::close);
        views = Optional.empty();
    }

    /// What a kernel reads in place of this tensor, made when it is first asked for and again after every change.
    ///
    /// @param form what it is prepared for; another form is another preparation
    /// @param preparation writes `length` values
    float[] prepared(Use use, Object form, int length, Consumer<float[]> preparation) {
        float[] values = prepared.getOrDefault(use, NONE);
        if (values.length != length || !form.equals(current.get(use))) {
            values = values.length == length ? values : new float[length];
            current.remove(use); // if the preparation fails, the values are nobody's
            preparation.accept(values);
            prepared.put(use, values);
            current.put(use, form);
        }
        return values;
    }

    /// The tensor in memory of its own, to be changed: what is borrowed may be a file that is mapped for reading.
    org.bytedeco.pytorch.Tensor writableHandle() {
        current.clear();
        org.bytedeco.pytorch.Tensor old = handle();
        if (!borrowed.equals(MemorySegment.NULL)) {
            endViews();
            handle = new org.bytedeco.pytorch.Tensor(old.clone()).retainReference();
            release(old);
            borrowed = MemorySegment.NULL;
        }
        return handle;
    }

    boolean belongsTo(Scopes<TorchTensor> scopes) {
        return owner == scopes;
    }

    @Override
    public void free() {
        if (!freed) {
            endViews();
            freed = true;
            prepared.clear();
            current.clear();
            blocks.giveBack(handle);
            release(handle);
        }
    }

    private void release(org.bytedeco.pytorch.Tensor reference) {
        try {
            reference.releaseReference();
        } finally {
            Reference.reachabilityFence(borrowed);
        }
    }
}
