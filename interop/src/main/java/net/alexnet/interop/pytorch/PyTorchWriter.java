package net.alexnet.interop.pytorch;

import com.fasterxml.jackson.databind.json.JsonMapper;
import module java.base;
import net.alexnet.interop.pickle.Unpickler;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.NamedTensor;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/// Writes a state dict that PyTorch reads since version 1.6, also by `torch.load(weights_only=True, mmap=True)`:
///
/// ```
/// archive/data.pkl     an OrderedDict of tensors, in Python's pickle protocol 2
/// archive/byteorder    little
/// archive/version      3
/// archive/alexnet.json  the metadata of a model file, which PyTorch does not read
/// archive/data/0 …     each tensor's values: float32, row-major, not compressed, at a multiple of 64 bytes
/// ```
///
/// In the pickle a tensor is the call `_rebuild_tensor_v2(storage, offset 0, shape, strides, requires_grad False,
/// OrderedDict())`, and its storage the persistent id `("storage", FloatStorage, the record's name below data/, "cpu", number
/// of values)`.
public final class PyTorchWriter {
    /// The record of the metadata.
    static final String METADATA = "alexnet.json";

    private static final String FOLDER = "archive/";
    private static final int ALIGNMENT = 64;

    private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();

    private PyTorchWriter() {}

    /// Writes tensors as float32 on the CPU, one after the other in the order given, whole or not at all (see
    /// [AtomicFiles]). The same tensors give the same bytes, whatever the file's name and the time.
    ///
    /// @param metadata of the model; empty for none
    /// @param entries under the names that the module in PyTorch has, such as `features.0.weight`, no two the same
    /// @throws IllegalArgumentException if a tensor's values do not fill its shape
    /// @throws IOException naming the file and the cause, if it cannot be written
    public static void write(Path file, Map<String, String> metadata, List<NamedTensor> entries) throws IOException {
        byte[] json = JsonMapper.builder().build().writeValueAsBytes(new TreeMap<>(metadata));
        AtomicFiles.write(file, out -> {
            ZipArchiveOutputStream zip = new ZipArchiveOutputStream(out);
            record(zip, "data.pkl", pickle(entries));
            record(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
            if (!metadata.isEmpty()) {
                record(zip, METADATA, json);
            }
            record(zip, "version", "3\n".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < entries.size(); i++) {
                MemorySegment values = entries.get(i).checkedValues();
                StoredZip.add(zip, FOLDER + "data/" + i, values.byteSize(), ALIGNMENT,
                        target -> NamedTensor.write(values, target));
            }
            zip.finish();
        });
    }

    private static void record(ZipArchiveOutputStream zip, String name, byte[] bytes) throws IOException {
        StoredZip.add(zip, FOLDER + name, bytes.length, ALIGNMENT, target -> target.write(bytes));
    }

    static byte[] pickle(List<NamedTensor> entries) {
        PyTorchWriter writer = new PyTorchWriter();
        writer.op(Unpickler.PROTO);
        writer.op(2);
        writer.orderedDict();
        writer.op(Unpickler.MARK);
        for (int i = 0; i < entries.size(); i++) {
            writer.text(entries.get(i).name());
            writer.tensor(entries.get(i), i);
        }
        writer.op(Unpickler.SETITEMS);
        writer.op(Unpickler.STOP);
        return writer.pickle.toByteArray();
    }

    private void tensor(NamedTensor entry, int record) {
        List<Integer> dims = entry.shape().dims();
        global("torch._utils\n_rebuild_tensor_v2\n");
        op(Unpickler.MARK);
        op(Unpickler.MARK);
        text("storage");
        global("torch\nFloatStorage\n");
        text(String.valueOf(record));
        text("cpu");
        whole(entry.shape().elements());
        op(Unpickler.TUPLE);
        op(Unpickler.BINPERSID);
        whole(0);
        op(Unpickler.MARK);
        dims.forEach(this::whole);
        op(Unpickler.TUPLE);
        op(Unpickler.MARK);
        for (int axis = 1; axis <= dims.size(); axis++) { // how many values lie between neighbors along each axis
            whole(dims.subList(axis, dims.size()).stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b));
        }
        op(Unpickler.TUPLE);
        op(Unpickler.NEWFALSE);
        orderedDict();
        op(Unpickler.TUPLE);
        op(Unpickler.REDUCE);
    }

    private void orderedDict() {
        global("collections\nOrderedDict\n");
        op(Unpickler.EMPTY_TUPLE);
        op(Unpickler.REDUCE);
    }

    private void global(String moduleAndName) {
        op(Unpickler.GLOBAL);
        pickle.writeBytes(moduleAndName.getBytes(StandardCharsets.US_ASCII));
    }

    private void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        op(Unpickler.BINUNICODE);
        littleEndian(utf8.length, Integer.BYTES);
        pickle.writeBytes(utf8);
    }

    private void whole(long value) {
        if (value <= Integer.MAX_VALUE) {
            op(Unpickler.BININT);
            littleEndian(value, Integer.BYTES);
        } else {
            op(Unpickler.LONG1);
            op(Long.BYTES);
            littleEndian(value, Long.BYTES);
        }
    }

    private void op(int code) {
        pickle.write(code);
    }

    private void littleEndian(long value, int bytes) {
        pickle.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array(), 0, bytes);
    }
}
