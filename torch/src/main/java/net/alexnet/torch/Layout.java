package net.alexnet.torch;

import net.alexnet.tensor.Shape;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The order of values in native memory: tensors of four axes (maps and filters) are channels-last, `(N, H, W, C)` in memory
/// for `(N, C, H, W)` in name; all others are in row-major order. oneDNN reads both without reordering, and all operands
/// have the same order.
final class Layout {
    private Layout() {}

    /// The tensor itself if it has that order, else a copy that has.
    static Tensor ordered(Tensor tensor) {
        return isOrdered(tensor) ? tensor : tensor.contiguous(format((int) tensor.dim()));
    }

    /// Whether the tensor has that order.
    static boolean isOrdered(Tensor tensor) {
        return tensor.is_contiguous(format((int) tensor.dim()));
    }

    /// A tensor of this shape with undefined values. On a CPU, pages that are never touched take no memory.
    static Tensor empty(Shape shape, TensorOptions options) {
        return torch.empty(sizes(shape), options, new MemoryFormatOptional(format(shape.rank())));
    }

    /// A view of this shape.
    ///
    /// @param flat as many values, along one axis
    static Tensor over(Tensor flat, Shape shape) {
        if (shape.rank() != 4) {
            return flat.view(sizes(shape));
        }
        long[] memoryOrder = {shape.dim(0), shape.dim(2), shape.dim(3), shape.dim(1)}; // (N, H, W, C)
        return flat.view(memoryOrder).permute(0, 3, 1, 2);
    }

    /// Maps to rows in float32, channels outermost in each, always in new memory.
    ///
    /// @param rows `(N, C·H·W)`
    static Tensor rows(Tensor maps, Shape rows) {
        Tensor result = empty(rows, maps.options().dtype(new ScalarTypeOptional(ScalarType.Float)));
        result.view(sizes(shape(maps))).copy_(maps);
        return result;
    }

    /// The inverse of [#rows], always in new memory.
    ///
    /// @param maps `(N, C, H, W)`
    static Tensor maps(Tensor rows, Shape maps) {
        Tensor result = empty(maps, rows.options());
        result.copy_(rows.view(sizes(maps)));
        return result;
    }

    static Shape shape(Tensor tensor) {
        int[] dims = new int[(int) tensor.dim()];
        for (int axis = 0; axis < dims.length; axis++) {
            dims[axis] = Math.toIntExact(tensor.size(axis));
        }
        return Shape.of(dims);
    }

    static long[] sizes(Shape shape) {
        return shape.dims().stream().mapToLong(Integer::longValue).toArray();
    }

    /// The same value along both axes of a map.
    static long[] square(long value) {
        return new long[] {value, value};
    }

    private static MemoryFormat format(int rank) {
        return rank == 4 ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous;
    }
}
