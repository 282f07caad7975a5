package net.alexnet.interop.pickle;

import module java.base;
import net.alexnet.data.DatasetException;
import net.alexnet.data.PictureTable;
import net.alexnet.data.PlanarImage;
import net.alexnet.interop.pickle.Unpickler.Bytes;
import net.alexnet.interop.pickle.Unpickler.Dict;
import net.alexnet.interop.pickle.Unpickler.NumpyArray;
import net.alexnet.interop.pickle.Unpickler.NumpyType;
import net.alexnet.interop.pickle.Unpickler.Sequence;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.MappedFile;
import org.jspecify.annotations.Nullable;

/// CIFAR-10 in its Python form, the folder `cifar-10-batches-py` that its archive makes:
///
/// ```
/// data_batch_1 … data_batch_5    for training
/// test_batch                     for validation
/// batches.meta                   (optional) the names of the classes, a list under 'label_names'
/// ```
///
/// A batch is the pickle of a dict: under 'data' an array of numpy with a row of 3,072 bytes for each picture (see
/// [PlanarImage]), under 'labels' a list of as many numbers from 0 to 9.
public final class CifarBatches implements PictureTable.Reader {
    private static final String TEST = "test_batch";
    private static final List<String> ALL = List.of("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4",
            "data_batch_5", TEST);
    private static final String NAMES = "batches.meta";
    private static final int CLASSES = 10;
    private static final List<String> LABELS = IntStream.range(0, CLASSES).mapToObj(String::valueOf).toList();

    @Override
    public boolean reads(String name) {
        return ALL.contains(name);
    }

    /// Opens a batch.
    ///
    /// @throws DatasetException if it is damaged, or is one for training and another batch is missing
    @Override
    public PictureTable open(Path file) throws IOException {
        if (!file.endsWith(TEST)) {
            requireAll(file.toAbsolutePath().resolveSibling(""));
        }
        List<String> classes = names(file.resolveSibling(NAMES));
        return read(file, dict -> {
            List<Object> rows = state(dict.get("data"));
            int[] labels = labels(dict.get("labels"));
            ByteBuffer planes = bytes(rows, labels.length);
            return new PictureTable(classes, LABELS, labels, i -> new PlanarImage(planes, i * PlanarImage.BYTES));
        });
    }

    private static void requireAll(Path folder) throws DatasetException {
        for (String name : ALL) {
            if (!Files.isRegularFile(folder.resolve(name))) {
                throw new DatasetException(folder + " holds no " + name + "; CIFAR-10 in Python form has"
                        + " data_batch_1 to data_batch_5 and test_batch. Unpack cifar-10-python.tar.gz again");
            }
        }
    }

    private static List<String> names(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        return read(file, dict -> {
            List<String> names = new ArrayList<>();
            for (Object name : sequence(dict.get("label_names"), "'label_names'")) {
                names.add(Unpickler.as(String.class, name));
            }
            require(names.size() == CLASSES, "its list of classes has " + names.size() + " names, expected 10");
            return names;
        });
    }

    // --- a pickle ------------------------------------------------------------------------------------------------------

    private interface Content<T> {
        T of(Map<String, Object> dict) throws IOException;
    }

    private static <T> T read(Path file, Content<T> content) throws IOException {
        try {
            Object value = new Unpickler(MappedFile.open(file)).read();
            return content.of(Unpickler.as(Dict.class, value).items());
        } catch (IOException e) {
            throw new DatasetException(file + " cannot be read as CIFAR-10 in Python form: " + AtomicFiles.reason(e)
                    + ". Only CIFAR-10 itself is read in this form (cifar-10-python.tar.gz of"
                    + " https://www.cs.toronto.edu/~kriz/cifar.html); use class folders, Parquet or a .csv list for"
                    + " other pictures", e);
        }
    }

    /// The version, shape, type, order and bytes of an array.
    private static List<Object> state(@Nullable Object array) throws IOException {
        if (array instanceof NumpyArray(List<Object> state) && !state.isEmpty()) {
            return state;
        }
        throw new IOException("it has no array of numpy under 'data'");
    }

    private static int[] labels(@Nullable Object list) throws IOException {
        List<Object> values = sequence(list, "'labels'");
        int[] labels = new int[values.size()];
        for (int i = 0; i < labels.length; i++) {
            long label = Unpickler.as(Long.class, values.get(i));
            require(label >= 0 && label < CLASSES, "image " + i + " has the label " + label + ", expected 0 to 9");
            labels[i] = (int) label;
        }
        return labels;
    }

    private static List<Object> sequence(@Nullable Object value, String key) throws IOException {
        if (value instanceof Sequence(List<Object> items)) {
            return items;
        }
        throw new IOException("it has no list under " + key);
    }

    private static ByteBuffer bytes(List<Object> array, int count) throws IOException {
        List<Object> shape = sequence(array.get(1), "'data', as its shape");
        require(shape.size() == 2 && shape.getFirst() instanceof Long rows && rows == count
                && shape.getLast() instanceof Long columns && columns == PlanarImage.BYTES
                && array.get(2) instanceof NumpyType(String type) && type.equals("u1")
                && !Unpickler.isTrue(array.get(3)) && array.get(4) instanceof Bytes,
                "the array under 'data' must have a row of 3072 bytes for each of the " + count + " labels");
        Bytes bytes = (Bytes) array.get(4);
        int size = Math.multiplyExact(count, PlanarImage.BYTES);
        ByteBuffer planes = bytes.utf8() ? decoded(bytes.bytes(), size) : bytes.bytes();
        require(planes.remaining() == size, "the array under 'data' has " + planes.remaining() + " bytes, expected "
                + size);
        return planes;
    }

    /// The bytes that are the characters of a text.
    ///
    /// @param most that there may be
    private static ByteBuffer decoded(ByteBuffer utf8, int most) throws IOException {
        byte[] bytes = new byte[Math.min(most, utf8.remaining())];
        int size = 0;
        for (int i = 0; i < utf8.remaining(); size++) {
            require(size < bytes.length, "the array under 'data' has more than " + most + " bytes");
            int first = utf8.get(i++);
            if (first < 0) { // two bytes
                require((first == (byte) 0xc2 || first == (byte) 0xc3) && i < utf8.remaining()
                        && (utf8.get(i) & 0xc0) == 0x80, "a text under 'data' has other characters than bytes");
                first = (first & 3) << 6 | (utf8.get(i++) & 0x3f);
            }
            bytes[size] = (byte) first;
        }
        return ByteBuffer.wrap(bytes, 0, size);
    }

    private static void require(boolean condition, String problem) throws IOException {
        if (!condition) {
            throw new IOException(problem);
        }
    }
}
