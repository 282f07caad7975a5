package net.alexnet.tensor;

import module java.base;

/// The extents of a tensor, outermost first: `(N, C, H, W)` for maps, `(N, F)` for vectors, `(C)` for biases.
///
/// @param dims one extent per axis, each at least 1; empty for a scalar
public record Shape(List<Integer> dims) {
    public Shape {
        dims = List.copyOf(dims);
        for (int dim : dims) {
            if (dim < 1) {
                throw new IllegalArgumentException("a shape's extents must be at least 1, found " + dims);
            }
        }
    }

    public static Shape of(int... dims) {
        return new Shape(Arrays.stream(dims).boxed().toList());
    }

    /// The shape of a batch of these, with one more outermost axis.
    public Shape batch(int count) {
        List<Integer> all = new ArrayList<>(dims);
        all.addFirst(count);
        return new Shape(all);
    }

    /// The same shape with another extent of one axis, 0 being the outermost.
    public Shape withDim(int axis, int extent) {
        List<Integer> all = new ArrayList<>(dims);
        all.set(axis, extent);
        return new Shape(all);
    }

    public int rank() {
        return dims.size();
    }

    /// The extent of one axis, 0 being the outermost.
    public int dim(int axis) {
        return dims.get(axis);
    }

    /// The number of values, 1 for a scalar.
    public long elements() {
        long product = 1;
        for (int dim : dims) {
            product = Math.multiplyExact(product, (long) dim);
        }
        return product;
    }

    /// The extents, such as `128 × 96 × 55 × 55`.
    @Override
    public String toString() {
        return dims.isEmpty()
                ? "scalar"
                : dims.stream().map(String::valueOf).collect(Collectors.joining(" × "));
    }
}
