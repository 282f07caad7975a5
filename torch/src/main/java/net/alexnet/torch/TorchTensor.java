package net.alexnet.torch;

import module java.base;
import net.alexnet.tensor.ScopedBackend;
import net.alexnet.torch.kernel.WinogradWeights;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A native tensor of which this object holds one reference until it is freed.
final class TorchTensor extends ScopedBackend.Owned {
    private static final float[] NONE = {};

    private org.bytedeco.pytorch.Tensor handle;
    private final BlockAllocator blocks;
    private MemorySegment borrowed;
    private Optional<Arena> views = Optional.empty();

    /// Tensors that were made from this one's values, by the way in which they were made.
    private final Map<Object, org.bytedeco.pytorch.Tensor> derived = new HashMap<>();

    /// Prepared weights by whether they are for the gradient by the input; they are valid if `forms` has their form.
    private final Map<Boolean, float[]> prepared = new HashMap<>();
    private final Map<Boolean, WinogradWeights.Form> forms = new HashMap<>();

    /// @param handle may be a temporary of the running call, or a view of one: this object takes a reference of its own
    /// @param borrowed memory of Java's that the tensor uses in place and that must stay mapped as long as the tensor lives;
    ///     [MemorySegment#NULL] if there is none
    /// @param blocks to which its memory is returned, if it came from there
    TorchTensor(org.bytedeco.pytorch.Tensor handle, TorchBackend owner, MemorySegment borrowed,
            BlockAllocator blocks) {
        super(Layout.shape(handle), owner);
        this.blocks = blocks;
        this.handle = new org.bytedeco.pytorch.Tensor(handle).retainReference();
        this.borrowed = borrowed;
    }

    /// @throws IllegalStateException if the tensor was freed
    org.bytedeco.pytorch.Tensor handle() {
        requireAlive();
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

    /// The values that a kernel reads instead of this weight. They are made on first use and after every change.
    ///
    /// @param transform writes `weights.length()` values
    float[] prepared(WinogradWeights weights, Consumer<float[]> transform) {
        boolean use = weights.form().inputGradient();
        float[] values = prepared.getOrDefault(use, NONE);
        if (values.length != weights.length() || !weights.form().equals(forms.get(use))) {
            forms.remove(use); // if the transform fails, the values are invalid
            if (values.length != weights.length()) {
                values = new float[weights.length()];
                prepared.put(use, values);
            }
            transform.accept(values);
            forms.put(use, weights.form());
        }
        return values;
    }

    /// A tensor that is made from this one's values on first use and after every change.
    ///
    /// @param way equal for the same values
    org.bytedeco.pytorch.Tensor derived(Object way, UnaryOperator<org.bytedeco.pytorch.Tensor> make) {
        return derived.computeIfAbsent(way,
                _ -> new org.bytedeco.pytorch.Tensor(make.apply(handle())).retainReference());
    }

    /// Changes this tensor's values, and with them those that were derived in one way.
    interface Change {
        /// Makes the change.
        ///
        /// @param values in float32, to be overwritten
        /// @param others derived from them, to be overwritten; empty if there are none
        void run(org.bytedeco.pytorch.Tensor values, Optional<org.bytedeco.pytorch.Tensor> others);
    }

    /// Changes the values. What was derived in another way is derived again on its next use, and so is all if the change
    /// fails.
    ///
    /// @param way in which values were derived that the change overwrites, too
    void rewrite(Object way, Change change) {
        Optional<org.bytedeco.pytorch.Tensor> others = Optional.ofNullable(derived.remove(way));
        boolean changed = false;
        try {
            change.run(writableFloats(), others);
            changed = true;
        } finally {
            if (changed) {
                others.ifPresent(values -> derived.put(way, values));
            } else {
                others.ifPresent(org.bytedeco.pytorch.Tensor::releaseReference);
            }
        }
    }

    private void endDerived() {
        derived.values().forEach(org.bytedeco.pytorch.Tensor::releaseReference);
        derived.clear();
    }

    /// The tensor in memory of its own, to be changed. Borrowed memory may be a file that is mapped for reading.
    org.bytedeco.pytorch.Tensor writableHandle() {
        forms.clear();
        endDerived();
        return borrowed.equals(MemorySegment.NULL) ? handle() : moveTo(handle().clone());
    }

    /// As [#writableHandle], in float32, so that sums are not rounded. A map or a gradient may be in bfloat16.
    org.bytedeco.pytorch.Tensor writableFloats() {
        org.bytedeco.pytorch.Tensor own = writableHandle();
        return own.scalar_type().intern() == ScalarType.Float ? own : moveTo(own.toType(ScalarType.Float));
    }

    private org.bytedeco.pytorch.Tensor moveTo(org.bytedeco.pytorch.Tensor values) {
        endViews();
        org.bytedeco.pytorch.Tensor old = handle;
        handle = new org.bytedeco.pytorch.Tensor(values).retainReference();
        blocks.giveBack(old);
        release(old);
        borrowed = MemorySegment.NULL;
        return handle;
    }

    @Override
    protected void release() {
        endViews();
        prepared.clear();
        forms.clear();
        endDerived();
        blocks.giveBack(handle);
        release(handle);
    }

    private void release(org.bytedeco.pytorch.Tensor reference) {
        try {
            reference.releaseReference();
        } finally {
            Reference.reachabilityFence(borrowed);
        }
    }
}
