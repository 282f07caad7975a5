package net.alexnet.interop.pickle;

import module java.base;
import net.alexnet.io.Dtype;
import net.alexnet.io.MappedWeights;

/// Reads the pickles of `torch.save` and of numpy's arrays: a stack machine that knows the opcodes of
/// these pickles and the names that a state dict or an array needs. What any other name stands for is
/// an [Opaque] value. Nothing is executed; a call gives a description of its result.
///
/// A value is a [String], a [Long], or one of the types below. Opcodes are counted, and each keeps a
/// few dozen bytes at most; long byte strings stay in the file. So memory does not depend on what a
/// file says. `equals`, `hashCode` and `toString` of a value would follow a hostile nesting to any
/// depth, so nothing calls them.
public final class Unpickler {
    private static final int MAX_OPCODES = 400_000;
    private static final int MAX_PROTOCOL = 5;
    private static final int MAX_BYTES = 64 << 20;
    private static final int MAX_TEXT = 4 << 20;
    private static final int MAX_LINE = 1000;
    private static final int ARRAY_STATE = 5;

    /// The opcodes by the names that Python's `pickletools` has for them.
    public static final int MARK = '(', STOP = '.', NONE = 'N', NEWTRUE = 0x88, NEWFALSE = 0x89, BININT = 'J',
            BININT1 = 'K',
            BININT2 = 'M', LONG1 = 0x8a, BINFLOAT = 'G', BINUNICODE = 'X', SHORT_BINUNICODE = 0x8c, BINSTRING = 'T',
            SHORT_BINSTRING = 'U', EMPTY_DICT = '}', EMPTY_LIST = ']', EMPTY_TUPLE = ')', TUPLE = 't', TUPLE1 = 0x85,
            TUPLE2 = 0x86, TUPLE3 = 0x87, APPEND = 'a', APPENDS = 'e', SETITEM = 's', SETITEMS = 'u', BINPUT = 'q',
            LONG_BINPUT = 'r', MEMOIZE = 0x94, BINGET = 'h', LONG_BINGET = 'j', GLOBAL = 'c', STACK_GLOBAL = 0x93,
            REDUCE = 'R', BUILD = 'b', BINPERSID = 'Q', PROTO = 0x80, FRAME = 0x95,
            SHORT_BINBYTES = 'C', BINBYTES = 'B', EMPTY_SET = 0x8f, ADDITEMS = 0x90,
            FROZENSET = 0x91, NEWOBJ = 0x81, NEWOBJ_EX = 0x92, BINBYTES8 = 0x8e, BYTEARRAY8 = 0x96;

    /// A tuple or a list, which grows while it is read.
    public record Sequence(List<Object> items) {}

    /// A dict or OrderedDict, which grows while it is read. Keys that are no text are left out.
    public record Dict(Map<String, Object> items) {}

    /// A piece of memory that tensors are views of.
    public record Storage(Dtype dtype, String key, long elements) {}

    /// A view of a storage; offset, extents and strides are counted in values and not yet checked.
    public record Tensor(Storage storage, long offset, List<Long> extents, List<Long> strides) {}

    /// What a name of Python stands for that no tensor needs: a class, a function, what it would give.
    public record Opaque(String name) {}

    /// A string of more than 1,000 bytes, where it is in the file.
    ///
    /// @param bytes of the string
    /// @param utf8 whether they are text in UTF-8; a byte string that Python 3 writes in protocol 2 is such a text, whose
    ///     characters are the bytes
    public record Bytes(ByteBuffer bytes, boolean utf8) {}

    /// An array of numpy.
    ///
    /// @param state of which it is made: a version, the shape, the type, whether the first axis is innermost, the bytes; empty
    ///     until it is known
    public record NumpyArray(List<Object> state) {}

    /// A data type of numpy by its name, such as `u1`.
    public record NumpyType(String name) {}

    /// The pickle has an [Opaque] value where one is needed.
    public static final class UnknownNameException extends IOException {
        private static final long serialVersionUID = 1;

        private UnknownNameException(String message) {
            super(message);
        }
    }

    /// Values that nothing depends on (None, False, real and huge numbers, sets, data types of torch), True, and where a group
    /// of values on the stack begins.
    private enum Special {
        OTHER, TRUE, MARK
    }

    /// The functions that the pickle of a state dict calls. None is run: what it would give is described.
    /// No tensor depends on what an IGNORED one would give.
    private enum Function {
        ORDERED_DICT, IGNORED, ENCODE, REBUILD_TENSOR, REBUILD_PARAMETER, NUMPY_ARRAY, NUMPY_TYPE
    }

    /// Names that no training program saves. They run programs or other files, so the file is an attack on who opens it in
    /// Python, and the user should know.
    private static final Pattern ATTACK = Pattern
            .compile("(os|posix|nt|subprocess|sys|shutil|socket|runpy|pty|ctypes)\\..*"
                    + "|(builtins|__builtin__)\\.(eval|exec|execfile|compile|__import__|open)");

    /// The names of Python that describe tensors, and some of what checkpoints hold beside them: functions, and the classes of
    /// storages by the type of their values. torch's data types follow.
    private static final Map<String, Object> ALLOWED = new HashMap<>(Map.ofEntries(
            Map.entry("collections.OrderedDict", Function.ORDERED_DICT),
            Map.entry("torch.Size", Function.IGNORED),
            Map.entry("torch.device", Function.IGNORED),
            Map.entry("collections.Counter", Function.IGNORED),
            Map.entry("_codecs.encode", Function.ENCODE), // bytes, in protocol 2
            Map.entry("numpy.core.multiarray._reconstruct", Function.NUMPY_ARRAY),
            Map.entry("numpy._core.multiarray._reconstruct", Function.NUMPY_ARRAY),
            Map.entry("numpy.dtype", Function.NUMPY_TYPE),
            Map.entry("__builtin__.bytes", Function.IGNORED),
            Map.entry("__builtin__.set", Function.IGNORED),
            Map.entry("__builtin__.frozenset", Function.IGNORED),
            Map.entry("builtins.bytes", Function.IGNORED),
            Map.entry("builtins.set", Function.IGNORED),
            Map.entry("builtins.frozenset", Function.IGNORED),
            Map.entry("torch._utils._rebuild_tensor", Function.REBUILD_TENSOR),
            Map.entry("torch._utils._rebuild_tensor_v2", Function.REBUILD_TENSOR),
            Map.entry("torch._utils._rebuild_parameter", Function.REBUILD_PARAMETER),
            Map.entry("torch.FloatStorage", Dtype.F32),
            Map.entry("torch.DoubleStorage", Dtype.F64),
            Map.entry("torch.HalfStorage", Dtype.F16),
            Map.entry("torch.BFloat16Storage", Dtype.BF16),
            Map.entry("torch.LongStorage", Dtype.I64),
            Map.entry("torch.IntStorage", Dtype.I32),
            Map.entry("torch.ShortStorage", Dtype.I16),
            Map.entry("torch.CharStorage", Dtype.I8),
            Map.entry("torch.ByteStorage", Dtype.U8),
            Map.entry("torch.BoolStorage", Dtype.BOOL),
            Map.entry("torch.storage.UntypedStorage", Dtype.U8)));

    static {
        for (String type : List.of("float64", "float32", "float16", "bfloat16", "complex128",
                "complex64", "int64", "int32", "int16", "int8", "uint8", "bool")) {
            ALLOWED.put("torch." + type, Special.OTHER);
        }
    }

    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();
    private final Map<String, Storage> storages = new LinkedHashMap<>();
    private final ByteBuffer in;
    private int opcodes;
    private long texts;

    /// @param bytes the pickles, and perhaps more
    public Unpickler(MemorySegment bytes) {
        in = bytes.asSlice(0, Math.min(bytes.byteSize(), MAX_BYTES)).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /// The byte after the last pickle that was read.
    public int position() {
        return in.position();
    }

    /// The storages that were referred to, by key.
    public Map<String, Storage> storages() {
        return storages;
    }

    /// Reads one pickle; several may follow each other.
    ///
    /// @throws IOException if it is cut, not a pickle, or asks for anything that is not allowed; the message lacks the file
    public Object read() throws IOException {
        stack.clear();
        memo.clear();
        try {
            for (int opcode = one(); opcode != STOP; opcode = one()) {
                count(1);
                follow(opcode);
            }
        } catch (BufferUnderflowException e) {
            throw new IOException("the pickle is cut at byte " + in.limit() + ", or larger than the limit of "
                    + MAX_BYTES, e);
        }
        Object result = pop();
        if (!stack.isEmpty()) {
            throw new IOException("the pickle ends with " + stack.size() + " values left over");
        }
        return result;
    }

    private void count(int more) throws IOException {
        opcodes += more;
        if (opcodes > MAX_OPCODES) {
            throw new IOException("the pickle has more than " + MAX_OPCODES + " opcodes and arguments, the limit");
        }
    }

    private void follow(int opcode) throws IOException {
        switch (opcode) {
            case PROTO -> {
                if (one() > MAX_PROTOCOL) {
                    throw new IOException("the pickle's protocol is above " + MAX_PROTOCOL + ", the last one known");
                }
            }
            case FRAME -> in.getLong();
            case MARK -> stack.add(Special.MARK);
            case NEWTRUE -> stack.add(Special.TRUE);
            case NONE, NEWFALSE -> stack.add(Special.OTHER);
            case BINFLOAT -> {
                in.getLong();
                stack.add(Special.OTHER);
            }
            case BININT -> stack.add((long) in.getInt());
            case BININT1 -> stack.add((long) one());
            case BININT2 -> stack.add((long) Short.toUnsignedInt(in.getShort()));
            case LONG1 -> stack.add(whole(one()));
            case BINUNICODE -> stack.add(string(Integer.toUnsignedLong(in.getInt()), true));
            case BINSTRING, BINBYTES -> stack.add(string(Integer.toUnsignedLong(in.getInt()), false));
            case SHORT_BINUNICODE, SHORT_BINSTRING, SHORT_BINBYTES -> stack.add(string(one(), true));
            case BINBYTES8, BYTEARRAY8 -> stack.add(string(in.getLong(), false));
            case EMPTY_SET -> stack.add(Special.OTHER);
            case ADDITEMS -> {
                popToMark();
                if (!(top() instanceof Opaque)) {
                    as(Special.class, top());
                }
            }
            case FROZENSET -> {
                popToMark();
                stack.add(Special.OTHER);
            }
            case EMPTY_DICT -> stack.add(new Dict(new LinkedHashMap<>()));
            case EMPTY_LIST, EMPTY_TUPLE -> stack.add(new Sequence(new ArrayList<>(0)));
            case TUPLE -> stack.add(new Sequence(popToMark()));
            case TUPLE1, TUPLE2, TUPLE3 -> stack.add(new Sequence(pop(opcode - TUPLE1 + 1)));
            case APPEND -> add(pop(1));
            case APPENDS -> add(popToMark());
            case SETITEM -> set(pop(2));
            case SETITEMS -> set(popToMark());
            case BINPUT -> memo.put(one(), top());
            case LONG_BINPUT -> memo.put(in.getInt(), top());
            case MEMOIZE -> memo.put(memo.size(), top());
            case BINGET -> stack.add(remembered(one()));
            case LONG_BINGET -> stack.add(remembered(in.getInt()));
            case GLOBAL -> stack.add(named(line(), line()));
            case STACK_GLOBAL -> {
                List<Object> names = pop(2);
                stack.add(named(as(String.class, names.get(0)), as(String.class, names.get(1))));
            }
            case REDUCE -> {
                Object arguments = pop();
                Object function = pop();
                stack.add(function instanceof Opaque ? function : call(as(Function.class, function), items(arguments)));
            }
            case NEWOBJ -> {
                pop();
                stack.add(as(Opaque.class, pop()));
            }
            case NEWOBJ_EX -> {
                pop(2);
                stack.add(as(Opaque.class, pop()));
            }
            case BUILD -> {
                Object state = pop();
                if (top() instanceof NumpyArray(List<Object> known)) {
                    if (items(state).size() == ARRAY_STATE) {
                        known.clear();
                        known.addAll(items(state));
                    }
                } else if (!(top() instanceof Opaque || top() instanceof NumpyType)) { // whose states change no value
                    as(Dict.class, state); // nor does a state dict's attribute `_metadata`
                    as(Dict.class, top());
                }
            }
            case BINPERSID -> stack.add(storage(items(pop())));
            default ->
                throw new IOException(String.format(Locale.ROOT, "the pickle has the opcode 0x%02x at byte %d, which"
                        + " is not known; nothing of it was run", opcode, in.position() - 1));
        }
    }

    private void add(List<Object> items) throws IOException {
        if (!(top() instanceof Opaque)) { // else a class of its own that is a list
            as(Sequence.class, top()).items().addAll(items);
        }
    }

    private void set(List<Object> items) throws IOException {
        if (top() instanceof Opaque) {
            return;
        }
        Dict dict = as(Dict.class, top());
        for (int i = 0; i + 1 < items.size(); i += 2) {
            if (items.get(i) instanceof String key) {
                dict.items().put(key, items.get(i + 1));
            }
        }
    }

    private Object remembered(int index) throws IOException {
        Object value = memo.get(index);
        if (value == null) {
            throw new IOException("the pickle asks for number " + index + " of its memo, which was not put there");
        }
        return value;
    }

    private Object top() throws IOException {
        if (stack.isEmpty() || stack.getLast() == Special.MARK) {
            throw new IOException("the pickle takes from an empty stack");
        }
        return stack.getLast();
    }

    private Object pop() throws IOException {
        Object value = top();
        stack.removeLast();
        return value;
    }

    private List<Object> pop(int count) throws IOException {
        List<Object> values = new ArrayList<>(count);
        while (values.size() < count) {
            values.addFirst(pop());
        }
        return values;
    }

    private List<Object> popToMark() throws IOException {
        int mark = stack.lastIndexOf(Special.MARK); // safe: equals of an enum never descends into nested values
        if (mark < 0) {
            throw new IOException("the pickle looks for a mark that is not there");
        }
        List<Object> group = stack.subList(mark, stack.size());
        List<Object> values = new ArrayList<>(group.subList(1, group.size()));
        group.clear();
        return values;
    }

    // --- what names and calls stand for ------------------------------------------------------------------------------

    private static Object named(String module, String name) throws IOException {
        String whole = module + "." + name;
        if (ATTACK.matcher(whole).matches()) {
            throw new IOException(
                    "the pickle asks for Python's '" + whole + "', which runs other programs; nothing of it was"
                            + " run. Do not open this file in Python");
        }
        Object value = ALLOWED.get(whole);
        return value == null ? new Opaque(whole) : value;
    }

    private Object call(Function function, List<Object> arguments) throws IOException {
        count(arguments.size());
        return switch (function) {
            case ORDERED_DICT -> orderedDict(arguments);
            case IGNORED -> Special.OTHER;
            case ENCODE -> { // (text, encoding)
                String encoding = arguments.size() == 2 ? as(String.class, arguments.get(1)) : "";
                if (!encoding.equals("latin1")) {
                    throw new IOException(
                            "the pickle has a text encoded as '" + encoding
                                    + "'; only latin1 is read, as Python writes it");
                }
                yield arguments.getFirst();
            }
            case NUMPY_ARRAY -> new NumpyArray(new ArrayList<>(0));
            case NUMPY_TYPE -> !arguments.isEmpty() && arguments.getFirst() instanceof String name
                    ? new NumpyType(name)
                    : new Opaque("numpy.dtype");
            case REBUILD_TENSOR -> { // (storage, offset, size, stride, …)
                require(arguments.size() >= 4 && arguments.size() <= 7, "a tensor");
                yield new Tensor(as(Storage.class, arguments.get(0)), as(Long.class, arguments.get(1)),
                        wholes(arguments.get(2)), wholes(arguments.get(3)));
            }
            case REBUILD_PARAMETER -> { // (data, requires_grad, backward_hooks)
                require(arguments.size() == 3, "a parameter");
                yield as(Tensor.class, arguments.getFirst());
            }
        };
    }

    /// `OrderedDict()`, and of Python 2 `OrderedDict([[key, value], …])`.
    private Dict orderedDict(List<Object> arguments) throws IOException {
        Dict dict = new Dict(new LinkedHashMap<>());
        require(arguments.size() <= 1, "an OrderedDict");
        if (arguments.size() == 1) {
            List<Object> pairs = items(arguments.getFirst());
            count(pairs.size()); // one list can be the argument of many calls
            for (Object pair : pairs) {
                List<Object> both = items(pair);
                require(both.size() == 2, "an OrderedDict");
                dict.items().put(as(String.class, both.get(0)), both.get(1));
            }
        }
        return dict;
    }

    /// A persistent id, `('storage', type, key, location, elements)`; in the legacy form a view's description, or None,
    /// follows.
    private Storage storage(List<Object> id) throws IOException {
        require(id.size() == 5 || id.size() == 6, "a storage");
        if (id.size() == 6 && id.get(5) != Special.OTHER) {
            throw new IOException(
                    "the pickle has a view of a storage, as before 2017; save the file again with a newer PyTorch");
        }
        long elements = as(Long.class, id.get(4));
        require(as(String.class, id.getFirst()).equals("storage") && elements >= 0
                && elements <= Long.MAX_VALUE / Double.BYTES, "a storage");
        Storage storage = new Storage(as(Dtype.class, id.get(1)), as(String.class, id.get(2)), elements);
        Storage before = storages.putIfAbsent(storage.key(), storage);
        if (before != null && !before.equals(storage)) {
            throw new IOException("the pickle refers to storage '" + storage.key() + "' as " + before.elements() + " "
                    + before.dtype() + " and as " + elements + " " + storage.dtype());
        }
        return storage;
    }

    private static List<Long> wholes(Object value) throws IOException {
        List<Object> items = items(value);
        if (items.size() > MappedWeights.MAX_RANK) {
            throw new IOException(
                    "the pickle has a tensor of " + items.size() + " axes; the limit is " + MappedWeights.MAX_RANK);
        }
        List<Long> numbers = new ArrayList<>(items.size());
        for (Object item : items) {
            numbers.add(as(Long.class, item));
        }
        return numbers;
    }

    private static List<Object> items(Object value) throws IOException {
        return as(Sequence.class, value).items();
    }

    private static void require(boolean condition, String what) throws IOException {
        if (!condition) {
            throw new IOException("the pickle makes " + what + " of other values than expected");
        }
    }

    /// Whether a value is Python's True.
    public static boolean isTrue(Object value) {
        return value == Special.TRUE;
    }

    /// A value that must be of a type.
    ///
    /// @throws UnknownNameException if it is an [Opaque] one
    public static <T> T as(Class<T> type, Object value) throws IOException {
        if (value instanceof Opaque(String name) && type != Opaque.class) {
            throw new UnknownNameException("the pickle asks for Python's '" + name + "' in place of a "
                    + type.getSimpleName() + "; nothing of it was run");
        }
        if (!type.isInstance(value)) {
            throw new IOException("the pickle has a " + value.getClass().getSimpleName() + " where a "
                    + type.getSimpleName() + " must be");
        }
        return type.cast(value);
    }

    // --- the bytes, read from front to back --------------------------------------------------------------------------

    private int one() {
        return Byte.toUnsignedInt(in.get());
    }

    /// A text, or the place of a long one.
    private Object string(long length, boolean utf8) throws IOException {
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        if (length <= MAX_LINE) {
            return text((int) length);
        }
        ByteBuffer bytes = in.slice(in.position(), (int) length);
        in.position(in.position() + (int) length);
        return new Bytes(bytes, utf8);
    }

    /// A whole number of so many bytes, the last with the sign. One that no `long` holds counts
    /// nothing of a tensor.
    private Object whole(int length) {
        if (length > Long.BYTES) {
            in.position(in.position() + Math.min(length, in.remaining()));
            return Special.OTHER;
        }
        long number = 0;
        for (int i = 0; i < length; i++) {
            number |= (long) one() << (8 * i);
        }
        int unused = Long.SIZE - 8 * length;
        return number << unused >> unused;
    }

    /// A text of so many bytes in UTF-8.
    private String text(int length) throws IOException {
        texts += length;
        if (texts > MAX_TEXT) {
            throw new IOException("the pickle has more than " + MAX_TEXT + " bytes of names and texts, the limit");
        }
        byte[] utf8 = new byte[length];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /// A name up to the end of the line.
    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = one(); next != '\n'; next = one()) {
            if (line.length() == MAX_LINE) {
                throw new IOException("a name in the pickle has more than " + MAX_LINE + " bytes");
            }
            line.append((char) next);
        }
        return line.toString();
    }
}
