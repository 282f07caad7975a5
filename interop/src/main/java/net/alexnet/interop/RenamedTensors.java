package net.alexnet.interop;

import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Shape;

/// A file of weights seen through a layout: asked by our names.
record RenamedTensors(WeightFile file, WeightLayout layout) {
    boolean has(String name) {
        return file.names().contains(layout.theirs(name));
    }

    /// The extents of a parameter, without the axes of 1 that Caffe's old files have before those of its rank.
    Shape shape(String name) throws WeightFileException {
        List<Integer> dims = file.shape(layout.theirs(name)).dims();
        int extra = Math.max(0, dims.size() - rank(name));
        return dims.subList(0, extra).stream().allMatch(dim -> dim == 1)
                ? new Shape(dims.subList(extra, dims.size()))
                : new Shape(dims);
    }

    /// The extents of a parameter that is there and has as many axes as it should.
    Optional<Shape> regular(String name) throws WeightFileException {
        return has(name) && shape(name).rank() == rank(name) ? Optional.of(shape(name)) : Optional.empty();
    }

    private static int rank(String name) {
        return name.endsWith(".bias") ? 1 : name.startsWith("conv") ? 4 : 2;
    }

    private void requireFinite(String name, MemorySegment values) throws WeightFileException {
        long count = values.byteSize() / Float.BYTES;
        long others = 0;
        for (long i = 0; i < count; i++) {
            if (!Float.isFinite(values.get(NamedTensor.FLOAT, i * Float.BYTES))) {
                others++;
            }
        }
        if (others > 0) {
            throw new WeightFileException(file.path(), "tensor '" + name + "' has " + others + " of " + count
                    + " values that are NaN or infinite: its training diverged, or the file is damaged");
        }
    }

    /// A parameter under our name, its values where they lie in the file; the first layer's are a copy if its channels must be
    /// turned round.
    NamedTensor entry(String name, Shape shape) {
        return new NamedTensor(name, shape, () -> {
            try {
                MemorySegment values = file.values(layout.theirs(name));
                requireFinite(layout.theirs(name), values);
                return Channels.areTurned(layout, name) ? Channels.turned(values, shape) : values;
            } catch (WeightFileException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
