package net.alexnet.io;

import module java.base;
import net.alexnet.tensor.Shape;
import org.jspecify.annotations.Nullable;

/// The tensors of a mapped file of any format. Each format's parser makes one.
///
/// Tensors of other types than float16, bfloat16, float32 and float64 are listed, so that nothing of a file is hidden,
/// but cannot be read, except for [Scaled] ones. A tensor with an extent of 0 holds no weights, and parsers do not list it.
public final class MappedWeights implements WeightFile {
    /// What a parser may allocate beyond the size of its file, in bytes.
    public static final long ALLOWANCE = 64L << 20;

    /// The most axes that a tensor may have; no layer has more than five.
    public static final int MAX_RANK = 8;

    /// A tensor as its format stores it, its extents already checked against the bytes that are there.
    public interface Stored {
        Shape shape();

        /// The type in which the values are stored.
        Dtype dtype();

        /// The values as [WeightFile#values(String)] gives them, where possible in place.
        ///
        /// @throws IOException if they are not floating-point, or too many for an array; the message lacks the tensor's
        ///     name
        MemorySegment values() throws IOException;
    }

    /// A tensor whose values are stored without gaps.
    ///
    /// @param bytes the values, little-endian
    public record Part(Shape shape, Dtype dtype, MemorySegment bytes) implements Stored {
        @Override
        public MemorySegment values() throws IOException {
            return dtype.values(bytes);
        }
    }

    /// A tensor of whole numbers with a scale for each row, as [DenseWeights#INT8] stores it.
    ///
    /// @param bytes the whole numbers
    /// @param scales float32, little-endian
    record Scaled(Shape shape, MemorySegment bytes, MemorySegment scales) implements Stored {
        @Override
        public Dtype dtype() {
            return Dtype.I8;
        }

        @Override
        public MemorySegment values() throws IOException {
            float[] values = Dtype.F32.array(bytes.byteSize());
            int row = values.length / shape.dim(0);
            for (int output = 0; output < shape.dim(0); output++) {
                float scale = scales.getAtIndex(Dtype.FLOAT, output);
                for (int i = output * row; i < (output + 1) * row; i++) {
                    values[i] = bytes.get(ValueLayout.JAVA_BYTE, i) * scale;
                }
            }
            return MemorySegment.ofArray(values);
        }
    }

    private final Path file;
    private final Map<String, String> metadata;
    private final Map<String, Stored> tensors;
    private final @Nullable Arena arena;
    private volatile boolean closed;

    /// A file that stays mapped for as long as anything refers to one of its tensors.
    ///
    /// @param tensors by name, in the order of their data
    public MappedWeights(Path file, Map<String, String> metadata, Map<String, ? extends Stored> tensors) {
        this(file, metadata, tensors, null);
    }

    /// @param arena ends with the file, so that values are handed out as copies; null for a mapping that lasts
    MappedWeights(Path file, Map<String, String> metadata, Map<String, ? extends Stored> tensors,
            @Nullable Arena arena) {
        this.file = file;
        this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        this.arena = arena;
    }

    /// The shape of extents as a file states them, empty if one of them is 0.
    ///
    /// @throws IOException if an extent is negative or above 2^31 - 1, there are more than [#MAX_RANK], or the tensor has
    ///     2^63 bytes or more; the message lacks the tensor's name
    public static Optional<Shape> shape(List<Long> extents) throws IOException {
        if (extents.size() > MAX_RANK) {
            throw new IOException("has " + extents.size() + " axes; the limit is " + MAX_RANK);
        }
        List<Integer> dims = new ArrayList<>(extents.size());
        for (long extent : extents) {
            if (extent < 0 || extent > Integer.MAX_VALUE) {
                throw new IOException("has the shape " + extents + "; every extent must be 0 to " + Integer.MAX_VALUE);
            }
            dims.add((int) extent);
        }
        if (dims.contains(0)) {
            return Optional.empty();
        }
        Shape shape = new Shape(dims);
        try {
            Math.multiplyExact(shape.elements(), (long) Double.BYTES);
        } catch (ArithmeticException e) {
            throw new IOException("has the shape " + shape + ", of more than 2^63 bytes", e);
        }
        return Optional.of(shape);
    }

    @Override
    public Path path() {
        return file;
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    @Override
    public Shape shape(String name) throws WeightFileException {
        return tensor(name).shape();
    }

    /// The type in which a tensor is stored.
    ///
    /// @throws WeightFileException if there is none of this name
    public Dtype dtype(String name) throws WeightFileException {
        return tensor(name).dtype();
    }

    /// The mapped file itself, read-only, where it holds the values as they are wanted and the mapping lasts; else a copy.
    ///
    /// @throws IllegalStateException if the file is closed, also while it is read
    @Override
    public MemorySegment values(String name) throws WeightFileException {
        Stored tensor = tensor(name);
        try {
            if (closed) {
                throw new IllegalStateException();
            }
            MemorySegment values = tensor.values();
            if (arena == null || !values.isMapped()) {
                return values;
            }
            float[] copy = tensor.dtype().array(values.byteSize() / Float.BYTES);
            MemorySegment.copy(values, NamedTensor.FLOAT, 0, copy, 0, copy.length);
            return MemorySegment.ofArray(copy);
        } catch (IllegalStateException e) { // the arena's own message names no file
            throw closed ? new IllegalStateException("reading from a file of weights that is closed: " + file, e) : e;
        } catch (IOException e) {
            throw new WeightFileException(file, "tensor '" + name + "' " + e.getMessage(), e);
        }
    }

    private Stored tensor(String name) throws WeightFileException {
        Stored tensor = tensors.get(name);
        if (tensor == null) {
            throw new WeightFileException(file,
                    "there is no tensor '" + name + "'; there are " + WeightFileException.list(tensors.keySet()));
        }
        return tensor;
    }

    /// Ends the reading. The file is unmapped, unless its mapping lasts; then values that were read stay usable. A second call
    /// does nothing.
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (arena != null) {
                arena.close();
            }
        }
    }
}
