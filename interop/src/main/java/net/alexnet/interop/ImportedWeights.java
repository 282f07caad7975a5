package net.alexnet.interop;

import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Shape;

/// The tensors of a foreign file under our names.
///
/// @param path the foreign file
/// @param tensors with no two names the same
record ImportedWeights(Path path, List<NamedTensor> tensors) implements WeightFile {
    @Override
    public List<String> names() {
        return tensors.stream().map(NamedTensor::name).toList();
    }

    @Override
    public Shape shape(String name) throws WeightFileException {
        return tensor(name).shape();
    }

    @Override
    public MemorySegment values(String name) throws WeightFileException {
        try {
            return tensor(name).values().get();
        } catch (UncheckedIOException e) {
            throw new WeightFileException(path, "tensor '" + name + "' cannot be read: " + e.getCause().getMessage(),
                    e.getCause());
        }
    }

    private NamedTensor tensor(String name) throws WeightFileException {
        return tensors.stream().filter(tensor -> tensor.name().equals(name)).findFirst()
                .orElseThrow(() -> new WeightFileException(path, "has no tensor for '" + name + "'"));
    }

    /// Does nothing: the values stay mapped while anything refers to them.
    @Override
    public void close() {}
}
