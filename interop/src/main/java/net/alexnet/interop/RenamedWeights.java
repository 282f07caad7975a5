package net.alexnet.interop;

import module java.base;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Shape;

/// A foreign file of weights under our names: `conv1.weight` is asked of the file by the layout's name, and reads red
/// first. Values stay where they lie in the file, except those of a first layer whose channels must be reversed.
record RenamedWeights(WeightFile file, WeightLayout layout) implements WrappedWeights {
    /// The network's parameters that are there, in the order of the layers.
    @Override
    public List<String> names() {
        List<String> names = file.names();
        return layout.parameters().stream().filter(name -> names.contains(layout.theirs(name))).toList();
    }

    /// The extents of a parameter, without the axes of 1 that Caffe's old files have before those of its rank.
    @Override
    public Shape shape(String name) throws WeightFileException {
        List<Integer> dims = file.shape(layout.theirs(name)).dims();
        int extra = Math.max(0, dims.size() - rank(name));
        return dims.subList(0, extra).stream().allMatch(dim -> dim == 1)
                ? new Shape(dims.subList(extra, dims.size()))
                : new Shape(dims);
    }

    /// The extents of a parameter that is there and has as many axes as it should.
    Optional<Shape> regular(String name) throws WeightFileException {
        return names().contains(name) && shape(name).rank() == rank(name)
                ? Optional.of(shape(name))
                : Optional.empty();
    }

    private static int rank(String name) {
        return name.endsWith(".bias") ? 1 : name.startsWith("conv") ? 4 : 2;
    }

    /// @throws WeightFileException also if a value is NaN or infinite
    @Override
    public MemorySegment values(String name) throws WeightFileException {
        MemorySegment values = file.values(layout.theirs(name));
        long count = values.byteSize() / Float.BYTES;
        long others = LongStream.range(0, count)
                .filter(i -> !Float.isFinite(values.get(NamedTensor.FLOAT, i * Float.BYTES))).count();
        if (others > 0) {
            throw new WeightFileException(path(), "tensor '" + layout.theirs(name) + "' has " + others + " of " + count
                    + " values that are NaN or infinite: its training diverged, or the file is damaged");
        }
        return layout.colorsSwapped(name, shape(name), values);
    }
}
