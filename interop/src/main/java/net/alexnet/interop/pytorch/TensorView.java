package net.alexnet.interop.pytorch;

import module java.base;
import net.alexnet.interop.pickle.Unpickler.Tensor;
import net.alexnet.io.Dtype;
import net.alexnet.io.MappedWeights;
import net.alexnet.tensor.Shape;
import org.jspecify.annotations.Nullable;

/// A tensor as PyTorch keeps it: a view of a storage by offset and strides, counted in values.
///
/// @param part the storage from the tensor's first value to its last
/// @param strides one an axis, at least 0
record TensorView(Shape shape, Dtype dtype, MemorySegment part, List<Long> strides) implements MappedWeights.Stored {
    /// Checks a tensor against its storage's bytes; null if it holds no values.
    ///
    /// @param fileBytes the file's size: a copy may take that and [MappedWeights#ALLOWANCE] more
    static @Nullable TensorView of(Tensor tensor, MemorySegment storage, long fileBytes) throws IOException {
        Shape shape = MappedWeights.shape(tensor.extents()).orElse(null);
        if (shape == null) {
            return null;
        }
        if (tensor.strides().size() != shape.rank()) {
            throw new IOException("has the shape " + shape + ", and " + tensor.strides().size() + " strides");
        }
        Dtype dtype = tensor.storage().dtype();
        long elements = tensor.storage().elements();
        long last = tensor.offset();
        try {
            for (int axis = 0; axis < shape.rank(); axis++) {
                long stride = tensor.strides().get(axis);
                if (stride < 0) {
                    throw new IOException("has the stride " + stride + "; it must be at least 0");
                }
                last = Math.addExact(last, Math.multiplyExact(stride, shape.dim(axis) - 1L));
            }
        } catch (ArithmeticException e) {
            throw new IOException("reaches beyond 2^63 values", e);
        }
        if (tensor.offset() < 0 || last >= elements) {
            throw new IOException("of shape " + shape + " reaches from value " + tensor.offset() + " to " + last
                    + " of a storage of " + elements);
        }
        if (shape.elements() > Math.max(elements, (fileBytes + MappedWeights.ALLOWANCE) / Float.BYTES)) {
            throw new IOException("of shape " + shape + " repeats the " + elements
                    + " values of its storage to more than the file's size");
        }
        long first = tensor.offset() * dtype.bytes();
        MemorySegment part = storage.asSlice(first, (last + 1) * dtype.bytes() - first);
        return new TensorView(shape, dtype, part, List.copyOf(tensor.strides()));
    }

    @Override
    public MemorySegment values() throws IOException {
        if (contiguous()) {
            return dtype.values(part);
        }
        float[] values = dtype.array(shape.elements());
        for (int i = 0; i < values.length; i++) {
            int rest = i;
            long at = 0;
            for (int axis = shape.rank() - 1; axis >= 0; axis--) {
                at += rest % shape.dim(axis) * strides.get(axis);
                rest /= shape.dim(axis);
            }
            values[i] = dtype.valueAt(part, at);
        }
        return MemorySegment.ofArray(values);
    }

    private boolean contiguous() {
        long expected = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            if (shape.dim(axis) > 1 && strides.get(axis) != expected) {
                return false;
            }
            expected *= shape.dim(axis);
        }
        return true;
    }
}
