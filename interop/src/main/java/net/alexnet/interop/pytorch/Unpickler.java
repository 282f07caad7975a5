package net.alexnet.interop.pytorch;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.alexnet.interop.pytorch.Value.Dict;
import net.alexnet.interop.pytorch.Value.Function;
import net.alexnet.interop.pytorch.Value.Sequence;
import net.alexnet.interop.pytorch.Value.Storage;
import net.alexnet.interop.pytorch.Value.Text;
import net.alexnet.interop.pytorch.Value.Tuple;
import net.alexnet.interop.pytorch.Value.Whole;

/// Reads the pickles of `torch.save`: a stack machine that knows only the opcodes and names that a state dict needs, and
/// refuses all others. Nothing is executed; a call gives a description of its result.
///
/// Opcodes are counted, and each keeps a few dozen bytes at most, so that memory does not depend on what a file says.
final class Unpickler {
    private static final int MAX_OPCODES = 400_000;
    private static final int MAX_PROTOCOL = 5;
    private static final int MAX_TEXT = 4 << 20;
    private static final int MAX_LINE = 1000;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// The opcodes by the names that Python's `pickletools` has for them.
    static final int MARK = '(', STOP = '.', NONE = 'N', NEWTRUE = 0x88, NEWFALSE = 0x89, BININT = 'J', BININT1 = 'K',
            BININT2 = 'M', LONG1 = 0x8a, BINFLOAT = 'G', BINUNICODE = 'X', SHORT_BINUNICODE = 0x8c, BINSTRING = 'T',
            SHORT_BINSTRING = 'U', EMPTY_DICT = '}', EMPTY_LIST = ']', EMPTY_TUPLE = ')', TUPLE = 't', TUPLE1 = 0x85,
            TUPLE2 = 0x86, TUPLE3 = 0x87, APPEND = 'a', APPENDS = 'e', SETITEM = 's', SETITEMS = 'u', BINPUT = 'q',
            LONG_BINPUT = 'r', MEMOIZE = 0x94, BINGET = 'h', LONG_BINGET = 'j', GLOBAL = 'c', STACK_GLOBAL = 0x93,
            REDUCE = 'R', BUILD = 'b', BINPERSID = 'Q', PROTO = 0x80, FRAME = 0x95;

    private static final Value OTHER = new Value.Other();
    private static final Value NOTHING = new Tuple(List.of());

    private final List<Value> stack = new ArrayList<>();
    private final Map<Integer, Value> memo = new HashMap<>();
    private final Map<String, Storage> storages = new LinkedHashMap<>();
    private final MemorySegment bytes;
    private long position;
    private int opcodes;
    private long texts;

    Unpickler(MemorySegment bytes, long start) {
        this.bytes = bytes;
        this.position = start;
    }

    /// The byte after the last pickle that was read.
    long position() {
        return position;
    }

    /// The storages that were referred to, by key.
    Map<String, Storage> storages() {
        return storages;
    }

    /// Reads one pickle; several may follow each other.
    ///
    /// @throws IOException if it is cut, not a pickle, or asks for anything that is not allowed; the message lacks the file
    Value read() throws IOException {
        stack.clear();
        memo.clear();
        for (int opcode = one(); opcode != STOP; opcode = one()) {
            count(1);
            follow(opcode);
        }
        Value result = pop();
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
                int protocol = one();
                if (protocol > MAX_PROTOCOL) {
                    throw new IOException(
                            "the pickle's protocol is " + protocol + "; 0 to " + MAX_PROTOCOL + " are known");
                }
            }
            case FRAME -> eight();
            case MARK -> stack.add(new Value.Mark());
            case NONE, NEWTRUE, NEWFALSE -> stack.add(OTHER);
            case BINFLOAT -> {
                skip(Double.BYTES);
                stack.add(OTHER);
            }
            case BININT -> stack.add(new Whole(four()));
            case BININT1 -> stack.add(new Whole(one()));
            case BININT2 -> stack.add(new Whole(two()));
            case LONG1 -> stack.add(new Whole(whole(one())));
            case BINUNICODE, BINSTRING ->
                stack.add(new Text(text(Integer.toUnsignedLong(four()))));
            case SHORT_BINUNICODE, SHORT_BINSTRING -> stack.add(new Text(text(one())));
            case EMPTY_DICT -> stack.add(new Dict(new LinkedHashMap<>()));
            case EMPTY_LIST -> stack.add(new Sequence(new ArrayList<>(0)));
            case EMPTY_TUPLE -> stack.add(NOTHING);
            case TUPLE -> stack.add(new Tuple(popToMark()));
            case TUPLE1, TUPLE2, TUPLE3 ->
                stack.add(new Tuple(pop(opcode - TUPLE1 + 1)));
            case APPEND -> append(pop(1));
            case APPENDS -> append(popToMark());
            case SETITEM -> set(pop(2));
            case SETITEMS -> set(popToMark());
            case BINPUT -> memo.put(one(), top());
            case LONG_BINPUT -> memo.put(four(), top());
            case MEMOIZE -> memo.put(memo.size(), top());
            case BINGET -> stack.add(remembered(one()));
            case LONG_BINGET -> stack.add(remembered(four()));
            case GLOBAL -> stack.add(Value.named(line(), line()));
            case STACK_GLOBAL -> {
                List<Value> names = pop(2);
                stack.add(Value.named(Value.text(names.get(0)), Value.text(names.get(1))));
            }
            case REDUCE -> reduce();
            case BUILD -> build();
            case BINPERSID -> refer(Value.storage(pop()));
            default ->
                throw new IOException(String.format(Locale.ROOT, "the pickle has the opcode 0x%02x at byte %d, which"
                        + " torch.save does not write; nothing of it was run", opcode, position - 1));
        }
    }

    private void refer(Storage storage) throws IOException {
        Storage before = storages.putIfAbsent(storage.key(), storage);
        if (before != null && (before.dtype() != storage.dtype() || before.elements() != storage.elements())) {
            throw new IOException("the pickle refers to storage '" + storage.key() + "' as " + before.elements() + " "
                    + before.dtype() + " and as " + storage.elements() + " " + storage.dtype());
        }
        stack.add(storage);
    }

    private void reduce() throws IOException {
        Value arguments = pop();
        Value function = pop();
        if (!(function instanceof Function known) || !(arguments instanceof Tuple(List<Value> given))) {
            throw new IOException("the pickle calls what is no function");
        }
        count(Value.copied(given)); // one list can be the argument of many calls
        stack.add(Value.call(known, given));
    }

    /// A state dict's attribute `_metadata` is the only state that anything allowed has; it says nothing of the values.
    private void build() throws IOException {
        Value state = pop();
        if (!(top() instanceof Dict) || !(state instanceof Dict)) {
            throw new IOException("the pickle sets the attributes of what is no OrderedDict");
        }
    }

    private void append(List<Value> items) throws IOException {
        if (!(top() instanceof Sequence(List<Value> list))) {
            throw new IOException("the pickle appends to what is no list");
        }
        list.addAll(items);
    }

    private void set(List<Value> items) throws IOException {
        if (!(top() instanceof Dict(Map<String, Value> dict)) || items.size() % 2 != 0) {
            throw new IOException("the pickle sets items of what is no dict");
        }
        for (int i = 0; i < items.size(); i += 2) {
            if (items.get(i) instanceof Text(String key)) {
                dict.put(key, items.get(i + 1));
            }
        }
    }

    private Value remembered(int index) throws IOException {
        Value value = memo.get(index);
        if (value == null) {
            throw new IOException("the pickle asks for number " + index + " of its memo, which was not put there");
        }
        return value;
    }

    private Value top() throws IOException {
        if (stack.isEmpty() || stack.getLast() instanceof Value.Mark) {
            throw new IOException("the pickle takes from an empty stack");
        }
        return stack.getLast();
    }

    private Value pop() throws IOException {
        Value value = top();
        stack.removeLast();
        return value;
    }

    private List<Value> pop(int count) throws IOException {
        List<Value> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.addFirst(pop());
        }
        return values;
    }

    private List<Value> popToMark() throws IOException {
        int mark = stack.size() - 1;
        while (mark >= 0 && !(stack.get(mark) instanceof Value.Mark)) {
            mark--;
        }
        if (mark < 0) {
            throw new IOException("the pickle looks for a mark that is not there");
        }
        List<Value> values = new ArrayList<>(stack.subList(mark + 1, stack.size()));
        stack.subList(mark, stack.size()).clear();
        return values;
    }

    // --- the bytes, read from front to back and never beyond their end -----------------------------------------------

    private int one() throws IOException {
        return bytes.get(ValueLayout.JAVA_BYTE, take(1)) & 0xff;
    }

    private int two() throws IOException {
        int low = one();
        return low | (one() << 8);
    }

    private int four() throws IOException {
        return bytes.get(INT, take(Integer.BYTES));
    }

    private long eight() throws IOException {
        return bytes.get(LONG, take(Long.BYTES));
    }

    /// A whole number of so many bytes, the last with the sign.
    private long whole(int length) throws IOException {
        if (length > Long.BYTES) {
            throw new IOException("the pickle has a whole number of " + length + " bytes; the limit is " + Long.BYTES);
        }
        long start = take(length);
        long number = length == 0 ? 0 : bytes.get(ValueLayout.JAVA_BYTE, start + length - 1);
        for (int i = length - 2; i >= 0; i--) {
            number = number << 8 | (bytes.get(ValueLayout.JAVA_BYTE, start + i) & 0xff);
        }
        return number;
    }

    /// A text of so many bytes in UTF-8.
    private String text(long length) throws IOException {
        texts += length;
        if (length < 0 || texts > MAX_TEXT) {
            throw new IOException("the pickle has more than " + MAX_TEXT + " bytes of names and texts, the limit");
        }
        byte[] utf8 = bytes.asSlice(take(length), length).toArray(ValueLayout.JAVA_BYTE);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /// A text up to the end of the line.
    private String line() throws IOException {
        long start = position;
        while (one() != '\n') {
            if (position - start > MAX_LINE) {
                throw new IOException("a name in the pickle has more than " + MAX_LINE + " bytes");
            }
        }
        long length = position - 1 - start;
        position = start;
        String line = text(length);
        take(1);
        return line;
    }

    private void skip(long length) throws IOException {
        take(length);
    }

    private long take(long length) throws IOException {
        if (length < 0 || length > bytes.byteSize() - position) {
            throw new IOException("the pickle is cut: " + length + " bytes are wanted at byte " + position + ", "
                    + (bytes.byteSize() - position) + " are left");
        }
        position += length;
        return position - length;
    }
}
