package net.alexnet.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.tensor.Shape;

/// Tensors of a file that stays mapped for as long as anything refers to one of them, whatever the format: what the readers
/// of foreign formats have in common.
///
/// Tensors of other types than float16, bfloat16, float32 and float64 are listed, so that nothing of a file is hidden, but
/// not read. A tensor with an extent of 0 holds no weights, and is not listed.
public abstract class MappedWeights implements WeightFile {
    /// What a reader may allocate beyond the size of its file.
    public static final long ALLOWANCE = 64L << 20;

    private final Path file;
    private final Map<String, TensorInfo> tensors;

    /// @param tensors by name, in the order of their data
    protected MappedWeights(Path file, Map<String, ? extends TensorInfo> tensors) {
        this.file = file;
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    @Override
    public final Path path() {
        return file;
    }

    @Override
    public final List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    @Override
    public final Shape shape(String name) throws WeightFileException {
        return tensor(name).shape();
    }

    /// The type in which a tensor is stored.
    ///
    /// @throws WeightFileException if there is none of this name
    public final Dtype dtype(String name) throws WeightFileException {
        return tensor(name).dtype();
    }

    /// The mapped file itself, read-only, where it holds the values as they are wanted; else a copy.
    @Override
    public final MemorySegment values(String name) throws WeightFileException {
        try {
            return tensor(name).values();
        } catch (WeightFileException e) {
            throw e;
        } catch (IOException e) {
            throw new WeightFileException(file, "tensor '" + name + "' " + e.getMessage(), e);
        }
    }

    private TensorInfo tensor(String name) throws WeightFileException {
        TensorInfo tensor = tensors.get(name);
        if (tensor == null) {
            throw new WeightFileException(file,
                    "there is no tensor '" + name + "'; there are " + Shown.few(tensors.keySet()));
        }
        return tensor;
    }

    /// Does nothing: the mapping goes when the last of its parts does.
    @Override
    public final void close() {}
}
