package net.alexnet.interop;

import module java.base;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Shape;

/// Some tensors of a file.
record SelectedWeights(WeightFile file, List<String> names) implements WrappedWeights {
    @Override
    public Shape shape(String name) throws WeightFileException {
        return file.shape(name);
    }

    @Override
    public MemorySegment values(String name) throws WeightFileException {
        return file.values(name);
    }
}
