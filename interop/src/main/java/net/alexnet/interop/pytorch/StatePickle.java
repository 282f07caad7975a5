package net.alexnet.interop.pytorch;

import static net.alexnet.interop.pytorch.Opcodes.BINGET;
import static net.alexnet.interop.pytorch.Opcodes.BININT;
import static net.alexnet.interop.pytorch.Opcodes.BININT1;
import static net.alexnet.interop.pytorch.Opcodes.BININT2;
import static net.alexnet.interop.pytorch.Opcodes.BINPERSID;
import static net.alexnet.interop.pytorch.Opcodes.BINPUT;
import static net.alexnet.interop.pytorch.Opcodes.BINUNICODE;
import static net.alexnet.interop.pytorch.Opcodes.EMPTY_TUPLE;
import static net.alexnet.interop.pytorch.Opcodes.GLOBAL;
import static net.alexnet.interop.pytorch.Opcodes.LONG1;
import static net.alexnet.interop.pytorch.Opcodes.LONG_BINGET;
import static net.alexnet.interop.pytorch.Opcodes.LONG_BINPUT;
import static net.alexnet.interop.pytorch.Opcodes.MARK;
import static net.alexnet.interop.pytorch.Opcodes.NEWFALSE;
import static net.alexnet.interop.pytorch.Opcodes.PROTO;
import static net.alexnet.interop.pytorch.Opcodes.REDUCE;
import static net.alexnet.interop.pytorch.Opcodes.SETITEMS;
import static net.alexnet.interop.pytorch.Opcodes.STOP;
import static net.alexnet.interop.pytorch.Opcodes.TUPLE;
import static net.alexnet.interop.pytorch.Opcodes.TUPLE1;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.io.NamedTensor;

/// The `data.pkl` of a state dict, in Python's pickle protocol 2, byte for byte as PyTorch's pickler makes it:
///
/// ```
/// OrderedDict of name: _rebuild_tensor_v2(storage, offset 0, shape, strides, requires_grad False, OrderedDict())
/// storage = persistent id ("storage", FloatStorage, the record's name below data/, "cpu", number of values)
/// ```
///
/// Whatever Python may meet again gets a number in the memo, by which it is then named.
final class StatePickle {
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
