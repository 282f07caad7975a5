package net.alexnet.interop.pytorch;

import static net.alexnet.interop.pytorch.Unpickler.BINGET;
import static net.alexnet.interop.pytorch.Unpickler.BININT;
import static net.alexnet.interop.pytorch.Unpickler.BININT1;
import static net.alexnet.interop.pytorch.Unpickler.BININT2;
import static net.alexnet.interop.pytorch.Unpickler.BINPERSID;
import static net.alexnet.interop.pytorch.Unpickler.BINPUT;
import static net.alexnet.interop.pytorch.Unpickler.BINUNICODE;
import static net.alexnet.interop.pytorch.Unpickler.EMPTY_TUPLE;
import static net.alexnet.interop.pytorch.Unpickler.GLOBAL;
import static net.alexnet.interop.pytorch.Unpickler.LONG1;
import static net.alexnet.interop.pytorch.Unpickler.LONG_BINGET;
import static net.alexnet.interop.pytorch.Unpickler.LONG_BINPUT;
import static net.alexnet.interop.pytorch.Unpickler.MARK;
import static net.alexnet.interop.pytorch.Unpickler.NEWFALSE;
import static net.alexnet.interop.pytorch.Unpickler.PROTO;
import static net.alexnet.interop.pytorch.Unpickler.REDUCE;
import static net.alexnet.interop.pytorch.Unpickler.SETITEMS;
import static net.alexnet.interop.pytorch.Unpickler.STOP;
import static net.alexnet.interop.pytorch.Unpickler.TUPLE;
import static net.alexnet.interop.pytorch.Unpickler.TUPLE1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.NamedTensor;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/// Writes a state dict as `torch.save` does since PyTorch 1.6, for `torch.load(weights_only=True)`:
///
/// ```
/// archive/data.pkl     the OrderedDict of tensors, a pickle
/// archive/byteorder    little
/// archive/version      3
/// archive/data/0 …     each tensor's values: float32, row-major, not compressed
/// ```
///
/// The data of every record begins at a multiple of 64 bytes, so that `torch.load(mmap=True)` may compute where it lies.
public final class PyTorchWriter {
    private static final String FOLDER = "archive/"; // PyTorch takes any name; this is its own where a file has none
    private static final int ALIGNMENT = 64;

    /// The first moment that a zip can say, in any time zone; else it would be the moment of writing.
    private static final LocalDateTime WRITTEN = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final ZipArchiveOutputStream zip;

    private PyTorchWriter(OutputStream out) {
        zip = new ZipArchiveOutputStream(out);
        zip.setUseZip64(Zip64Mode.AsNeeded);
    }

    /// Writes tensors as float32 on the CPU, one after the other in the order given, whole or not at all (see
    /// [AtomicFiles]). The same tensors give the same bytes, whatever the file's name and the time.
    ///
    /// @param entries under the names that the module in PyTorch has, such as `features.0.weight`
    /// @throws IllegalArgumentException if a name stands twice, or a tensor's values do not fill its shape
    /// @throws IOException naming the file and the cause, if it cannot be written
    public static void write(Path file, List<NamedTensor> entries) throws IOException {
        Set<String> names = new HashSet<>();
        for (NamedTensor entry : entries) {
            if (!names.add(entry.name())) {
                throw new IllegalArgumentException("the tensor name '" + entry.name() + "' is given twice");
            }
        }
        AtomicFiles.write(file, out -> new PyTorchWriter(out).write(entries));
    }

    private void write(List<NamedTensor> entries) throws IOException {
        record("data.pkl", StatePickle.of(entries));
        record("byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        record("version", "3\n".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < entries.size(); i++) {
            MemorySegment values = entries.get(i).checkedValues();
            record("data/" + i, values.byteSize(), out -> NamedTensor.write(values, out));
        }
        zip.finish();
    }

    private void record(String name, byte[] bytes) throws IOException {
        record(name, bytes.length, out -> out.write(bytes));
    }

    /// A zip has the checksum before the data, so the content is gone through twice.
    private void record(String name, long bytes, AtomicFiles.Content content) throws IOException {
        CRC32 sum = new CRC32();
        content.writeTo(new CheckedOutputStream(OutputStream.nullOutputStream(), sum));
        ZipArchiveEntry entry = new ZipArchiveEntry(FOLDER + name);
        entry.setTimeLocal(WRITTEN);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes);
        entry.setCrc(sum.getValue());
        entry.setAlignment(ALIGNMENT);
        zip.putArchiveEntry(entry);
        content.writeTo(zip);
        zip.closeArchiveEntry();
    }

    /// The `data.pkl` of a state dict, in Python's pickle protocol 2, byte for byte as PyTorch's pickler makes it:
    ///
    /// ```
    /// OrderedDict of name: _rebuild_tensor_v2(storage, offset 0, shape, strides, requires_grad False, OrderedDict())
    /// storage = persistent id ("storage", FloatStorage, the record's name below data/, "cpu", number of values)
    /// ```
    ///
    /// Whatever Python may meet again gets a number in the memo, by which it is then named.
    static final class StatePickle {
        private static final String ORDERED_DICT = "collections\nOrderedDict";
        private static final String REBUILD_TENSOR = "torch._utils\n_rebuild_tensor_v2";
        private static final String FLOAT_STORAGE = "torch\nFloatStorage";

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final Map<String, Integer> known = new HashMap<>();
        private int memo;

        private StatePickle() {}

        static byte[] of(List<NamedTensor> entries) {
            StatePickle pickle = new StatePickle();
            pickle.write(entries);
            return pickle.out.toByteArray();
        }

        private void write(List<NamedTensor> entries) {
            op(PROTO);
            op(2);
            orderedDict();
            op(MARK);
            for (int i = 0; i < entries.size(); i++) {
                text(entries.get(i).name());
                tensor(entries.get(i), i);
            }
            op(SETITEMS);
            op(STOP);
        }

        private void orderedDict() {
            global(ORDERED_DICT);
            op(EMPTY_TUPLE);
            op(REDUCE);
            remember();
        }

        private void tensor(NamedTensor entry, int record) {
            List<Integer> dims = entry.shape().dims();
            global(REBUILD_TENSOR);
            op(MARK);
            op(MARK);
            shared("storage");
            global(FLOAT_STORAGE);
            text(String.valueOf(record));
            shared("cpu");
            integer(entry.shape().elements());
            op(TUPLE);
            remember();
            op(BINPERSID);
            integer(0);
            tuple(dims.stream().map(Integer::longValue).toList());
            tuple(strides(dims));
            op(NEWFALSE);
            orderedDict();
            op(TUPLE);
            remember();
            op(REDUCE);
            remember();
        }

        /// How many values lie between neighbours along each axis.
        private static List<Long> strides(List<Integer> dims) {
            List<Long> strides = new ArrayList<>();
            long stride = 1;
            for (int dim : dims.reversed()) {
                strides.addFirst(stride);
                stride *= dim;
            }
            return strides;
        }

        private void tuple(List<Long> values) {
            if (values.isEmpty()) {
                op(EMPTY_TUPLE);
                return;
            }
            if (values.size() > 3) {
                op(MARK);
            }
            values.forEach(this::integer);
            op(values.size() > 3 ? TUPLE : TUPLE1 + values.size() - 1); // TUPLE1, TUPLE2, TUPLE3
            remember();
        }

        private void global(String moduleAndName) {
            if (!recall(moduleAndName)) {
                op(GLOBAL);
                out.writeBytes((moduleAndName + "\n").getBytes(StandardCharsets.US_ASCII));
                known.put(moduleAndName, remember());
            }
        }

        private void shared(String word) {
            if (!recall(word)) {
                known.put(word, text(word));
            }
        }

        private int text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            op(BINUNICODE);
            littleEndian(utf8.length, Integer.BYTES);
            out.writeBytes(utf8);
            return remember();
        }

        private void integer(long value) {
            if (value < 1 << 8) {
                op(BININT1);
                littleEndian(value, 1);
            } else if (value < 1 << 16) {
                op(BININT2);
                littleEndian(value, 2);
            } else if (value <= Integer.MAX_VALUE) {
                op(BININT);
                littleEndian(value, Integer.BYTES);
            } else {
                int bytes = BigInteger.valueOf(value).toByteArray().length; // with room for the sign
                op(LONG1);
                op(bytes);
                littleEndian(value, bytes);
            }
        }

        private int remember() {
            numbered(BINPUT, LONG_BINPUT, memo);
            return memo++;
        }

        private boolean recall(String what) {
            Integer number = known.get(what);
            if (number != null) {
                numbered(BINGET, LONG_BINGET, number);
            }
            return number != null;
        }

        private void numbered(int small, int large, int number) {
            boolean fits = number < 1 << 8;
            op(fits ? small : large);
            littleEndian(number, fits ? 1 : Integer.BYTES);
        }

        private void op(int code) {
            out.write(code);
        }

        private void littleEndian(long value, int bytes) {
            out.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array(), 0, bytes);
        }
    }
}
