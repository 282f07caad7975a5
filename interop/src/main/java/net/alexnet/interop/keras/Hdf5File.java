package net.alexnet.interop.keras;

import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import io.jhdf.api.dataset.ContiguousDataset;
import io.jhdf.exceptions.HdfException;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import io.jhdf.object.datatype.StringData;
import io.jhdf.object.datatype.VariableLength;
import module java.base;
import net.alexnet.io.Dtype;
import net.alexnet.io.MappedWeights;
import net.alexnet.io.MappedWeights.Part;
import net.alexnet.tensor.Shape;

/// What Keras stores in an HDF5 file: datasets without gaps by their paths, and texts as attributes of groups.
///
/// A file is taken for hostile. jHDF reads the structure from the mapped file, so that a size in a header leads to a slice
/// and not to an allocation; this class checks every dataset against the file. Links, also into other files, are not followed.
final class Hdf5File {
    private static final int MAX_NODES = 20_000;
    private static final int MAX_DEPTH = 12;
    private static final int MAX_TEXT = 4 << 20;
    private static final int MAX_TEXTS = 10_000;

    /// The header of a B-tree of version 2. jHDF makes room for as many records as the header announces, before it reads them.
    private static final byte[] TREE = "BTHD".getBytes(StandardCharsets.US_ASCII);
    private static final int TREE_BYTES = 38;
    private static final int TREE_RECORDS = 26; // where their number is, with offsets and lengths of 8 bytes

    private final MemorySegment file;
    private final Map<String, Part> datasets = new LinkedHashMap<>();
    private final Map<String, List<String>> texts = new HashMap<>();
    private int nodes;

    private Hdf5File(MemorySegment file) {
        this.file = file;
    }

    /// Reads the structure of a file.
    ///
    /// @param file the whole HDF5 file, mapped
    /// @param attributes the names of the attributes to read
    /// @throws IOException if it breaks the format or is larger than 2 GiB; the message lacks the file
    static Hdf5File of(MemorySegment file, Set<String> attributes) throws IOException {
        if (file.byteSize() > Integer.MAX_VALUE) {
            throw new IOException("it has " + file.byteSize() + " bytes; HDF5 files of at most 2 GiB are read. Save the"
                    + " weights without the optimizer's state");
        }
        requireSmallTrees(file);
        Hdf5File read = new Hdf5File(file);
        try (HdfFile hdf = HdfFile.fromByteBuffer(file.asByteBuffer())) {
            read.group(hdf, "", 0, attributes);
        } catch (HdfException | IllegalArgumentException | IllegalStateException | ArithmeticException
                | IndexOutOfBoundsException | NegativeArraySizeException | BufferUnderflowException
                | ClassCastException | NullPointerException | NoSuchElementException | UnsupportedOperationException
                | StackOverflowError e) { // of a library that trusts the numbers in a file
            throw new IOException("its structure is damaged" + (e.getMessage() == null ? "" : ": " + e.getMessage()),
                    e);
        }
        return read;
    }

    private static void requireSmallTrees(MemorySegment file) throws IOException {
        for (long at = 0; at + TREE_BYTES <= file.byteSize(); at++) {
            if (file.get(ValueLayout.JAVA_BYTE, at) == TREE[0]
                    && file.asSlice(at, TREE.length).mismatch(MemorySegment.ofArray(TREE)) < 0
                    && file.get(ValueLayout.JAVA_BYTE, at + TREE.length) == 0) {
                int records = file.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
                        at + TREE_RECORDS);
                if (records < 0 || records > MAX_NODES) {
                    throw new IOException("a group has " + Integer.toUnsignedString(records)
                            + " members; the limit is " + MAX_NODES);
                }
            }
        }
    }

    /// The datasets of numbers by their paths such as `layers/conv2d/vars/0`, in the order of the file's groups. Those of
    /// whole numbers are listed too, and cannot be read as weights.
    Map<String, Part> datasets() {
        return Collections.unmodifiableMap(datasets);
    }

    /// The texts of an attribute.
    ///
    /// @param path of its group, a slash and its name, such as `model_weights/layer_names`
    /// @return none if there is no such attribute
    List<String> texts(String path) {
        return texts.getOrDefault(path, List.of());
    }

    private void group(Group group, String path, int depth, Set<String> attributes) throws IOException {
        if (depth > MAX_DEPTH) {
            throw new IOException("groups are nested deeper than " + MAX_DEPTH + ", the limit");
        }
        for (String name : attributes) {
            Attribute attribute = group.getAttribute(name);
            if (attribute != null) {
                texts.put(path + name, texts(attribute));
            }
        }
        for (Map.Entry<String, Node> child : group.getChildren().entrySet()) {
            if (++nodes > MAX_NODES) {
                throw new IOException("it has more than " + MAX_NODES + " groups and datasets, the limit");
            }
            String name = path + child.getKey();
            switch (child.getValue()) {
                case Node node when node.isLink() -> {
                    // of a file that is not Keras's own
                }
                case Group inner -> group(inner, name + "/", depth + 1, attributes);
                case Dataset dataset -> dataset(dataset, name);
                default -> {
                    // a named type
                }
            }
        }
    }

    private void dataset(Dataset dataset, String name) throws IOException {
        Optional<Dtype> dtype = dtype(dataset.getDataType());
        Optional<Shape> shape = MappedWeights.shape(Arrays.stream(dataset.getDimensionsAsLong()).boxed().toList());
        if (dtype.isEmpty() || shape.isEmpty()) {
            return;
        }
        if (!(dataset instanceof ContiguousDataset stored)) {
            throw new IOException("dataset '" + name + "' is compressed or in chunks, expected values without gaps, as"
                    + " Keras writes them");
        }
        long bytes = Math.multiplyExact(shape.get().elements(), (long) dtype.get().bytes());
        long start = stored.getDataAddress();
        if (start < 0 || bytes > file.byteSize() - start) {
            throw new IOException("dataset '" + name + "' must have " + bytes + " bytes from byte " + start
                    + ", but the file has " + file.byteSize());
        }
        datasets.put(name, new Part(shape.get(), dtype.get(), file.asSlice(start, bytes)));
    }

    /// The type of a dataset's values; none for texts and others.
    private static Optional<Dtype> dtype(DataType type) throws IOException {
        return switch (type) {
            case FloatingPoint real when real.getByteOrder() != ByteOrder.LITTLE_ENDIAN ->
                throw new IOException("its values are big-endian, expected little-endian");
            case FloatingPoint real -> switch (real.getSize()) {
                case 2 -> Optional.of(real.getExponentSize() == 8 ? Dtype.BF16 : Dtype.F16);
                case 4 -> Optional.of(Dtype.F32);
                case 8 -> Optional.of(Dtype.F64);
                default -> throw new IOException("it has real numbers of " + real.getSize() + " bytes");
            };
            case FixedPoint whole -> switch (whole.getSize()) {
                case 1 -> Optional.of(Dtype.I8);
                case 2 -> Optional.of(Dtype.I16);
                case 4 -> Optional.of(Dtype.I32);
                default -> Optional.of(Dtype.I64);
            };
            default -> Optional.empty();
        };
    }

    private static List<String> texts(Attribute attribute) throws IOException {
        DataType type = attribute.getDataType();
        long count = attribute.getSize();
        if (!(type instanceof StringData || type instanceof VariableLength) || attribute.isEmpty() || count == 0) {
            return List.of();
        }
        if (count > MAX_TEXTS || Math.multiplyExact(count, (long) type.getSize()) > MAX_TEXT) {
            throw new IOException("attribute '" + attribute.getName() + "' has " + count + " texts; the limit is "
                    + MAX_TEXTS);
        }
        return switch (attribute.getData()) {
            case String text -> List.of(text);
            case String[] all -> List.of(all);
            default -> List.of();
        };
    }
}
