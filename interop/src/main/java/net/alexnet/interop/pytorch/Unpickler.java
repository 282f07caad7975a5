package net.alexnet.interop.pytorch;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.interop.pytorch.Value.Dict;
import net.alexnet.interop.pytorch.Value.Function;
import net.alexnet.interop.pytorch.Value.Sequence;
import net.alexnet.interop.pytorch.Value.Storage;
import net.alexnet.interop.pytorch.Value.Text;
import net.alexnet.interop.pytorch.Value.Tuple;
import net.alexnet.interop.pytorch.Value.Whole;

/// Follows the pickles of `torch.save`: a stack machine that knows those opcodes and names only that a state dict needs, and
/// refuses every other by its name. Nothing is executed; a call is answered by a description of what it would have given.
///
/// Opcodes are counted, and each keeps a few dozen bytes at most, so that memory does not depend on what a file says.
final class Unpickler {
    private static final int MAX_OPCODES = 400_000;
    private static final int MAX_PROTOCOL = 5;
    private static final Value OTHER = new Value.Other();
    private static final Value MARK = new Value.Mark();
    private static final Value NOTHING = new Tuple(List.of());

    private final PickleBytes in;
    private final List<Value> stack = new ArrayList<>();
    private final Map<Integer, Value> memo = new HashMap<>();
    private final Map<String, Storage> storages = new LinkedHashMap<>();
    private int opcodes;

    Unpickler(MemorySegment bytes, long start) {
        this.in = new PickleBytes(bytes, start);
    }

    /// The byte after the last pickle that was read.
    long position() {
        return in.position();
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
        for (int opcode = in.one(); opcode != Opcodes.STOP; opcode = in.one()) {
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
            case Opcodes.PROTO -> {
                int protocol = in.one();
                if (protocol > MAX_PROTOCOL) {
                    throw new IOException(
                            "the pickle's protocol is " + protocol + "; 0 to " + MAX_PROTOCOL + " are known");
                }
            }
            case Opcodes.FRAME -> in.eight();
            case Opcodes.MARK -> stack.add(MARK);
            case Opcodes.NONE, Opcodes.NEWTRUE, Opcodes.NEWFALSE -> stack.add(OTHER);
            case Opcodes.BINFLOAT -> {
                in.skip(Double.BYTES);
                stack.add(OTHER);
            }
            case Opcodes.BININT -> stack.add(new Whole(in.four()));
            case Opcodes.BININT1 -> stack.add(new Whole(in.one()));
            case Opcodes.BININT2 -> stack.add(new Whole(in.two()));
            case Opcodes.LONG1 -> stack.add(new Whole(in.whole(in.one())));
            case Opcodes.BINUNICODE, Opcodes.BINSTRING ->
                stack.add(new Text(in.text(Integer.toUnsignedLong(in.four()))));
            case Opcodes.SHORT_BINUNICODE, Opcodes.SHORT_BINSTRING -> stack.add(new Text(in.text(in.one())));
            case Opcodes.EMPTY_DICT -> stack.add(new Dict(new LinkedHashMap<>()));
            case Opcodes.EMPTY_LIST -> stack.add(new Sequence(new ArrayList<>(0)));
            case Opcodes.EMPTY_TUPLE -> stack.add(NOTHING);
            case Opcodes.TUPLE -> stack.add(new Tuple(popToMark()));
            case Opcodes.TUPLE1, Opcodes.TUPLE2, Opcodes.TUPLE3 ->
                stack.add(new Tuple(pop(opcode - Opcodes.TUPLE1 + 1)));
            case Opcodes.APPEND -> append(pop(1));
            case Opcodes.APPENDS -> append(popToMark());
            case Opcodes.SETITEM -> set(pop(2));
            case Opcodes.SETITEMS -> set(popToMark());
            case Opcodes.BINPUT -> memo.put(in.one(), top());
            case Opcodes.LONG_BINPUT -> memo.put(in.four(), top());
            case Opcodes.MEMOIZE -> memo.put(memo.size(), top());
            case Opcodes.BINGET -> stack.add(remembered(in.one()));
            case Opcodes.LONG_BINGET -> stack.add(remembered(in.four()));
            case Opcodes.GLOBAL -> stack.add(Globals.named(in.line(), in.line()));
            case Opcodes.STACK_GLOBAL -> {
                List<Value> names = pop(2);
                stack.add(Globals.named(Rebuild.text(names.get(0)), Rebuild.text(names.get(1))));
            }
            case Opcodes.REDUCE -> reduce();
            case Opcodes.BUILD -> build();
            case Opcodes.BINPERSID -> refer(Rebuild.storage(pop()));
            default -> throw new IOException("the pickle has the opcode " + Opcodes.describe(opcode) + " at byte "
                    + (in.position() - 1) + ", which torch.save does not write; nothing of it was run");
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
        count(Rebuild.copied(given)); // one list can be the argument of many calls
        stack.add(switch (known) {
            case ORDERED_DICT -> Rebuild.orderedDict(given);
            case SIZE -> OTHER;
            case REBUILD_TENSOR, REBUILD_TENSOR_V2 -> Rebuild.tensor(given);
            case REBUILD_PARAMETER -> Rebuild.parameter(given);
        });
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
}
