package net.alexnet.interop;

import module java.base;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Shape;

/// All parameters of a network of which a file has some. The others have their initial values, which
/// are computed each time they are asked for.
///
/// @param file the file
/// @param parameters all of them, by name
record CompletedWeights(WeightFile file, SequencedMap<String, NamedTensor> parameters) implements WrappedWeights {
    CompletedWeights(WeightFile file, List<NamedTensor> parameters) {
        this(file, new LinkedHashMap<>());
        parameters.forEach(one -> this.parameters.put(one.name(), one));
    }

    @Override
    public List<String> names() {
        return List.copyOf(parameters.keySet());
    }

    @Override
    public Shape shape(String name) throws WeightFileException {
        return parameter(name).shape();
    }

    @Override
    public MemorySegment values(String name) throws WeightFileException {
        try {
            return parameter(name).values().get();
        } catch (UncheckedIOException e) {
            throw e.getCause() instanceof WeightFileException cause
                    ? cause
                    : new WeightFileException(path(), String.valueOf(e.getMessage()), e);
        }
    }

    private NamedTensor parameter(String name) throws WeightFileException {
        NamedTensor parameter = parameters.get(name);
        if (parameter == null) {
            throw new WeightFileException(path(), "there is no tensor '" + name + "'; there are "
                    + WeightFileException.list(parameters.keySet()));
        }
        return parameter;
    }
}
