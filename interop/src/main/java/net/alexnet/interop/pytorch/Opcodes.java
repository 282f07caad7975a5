package net.alexnet.interop.pytorch;

import java.util.Locale;
import java.util.Map;

/// The opcodes of Python's pickles by the names that `pickletools` has for them: those that [Unpickler] follows and [StatePickle] writes, and the
/// names of the others for saying what is refused.
final class Opcodes {
    static final int MARK = '(', STOP = '.', NONE = 'N', NEWTRUE = 0x88, NEWFALSE = 0x89, BININT = 'J', BININT1 = 'K',
            BININT2 = 'M', LONG1 = 0x8a, BINFLOAT = 'G', BINUNICODE = 'X', SHORT_BINUNICODE = 0x8c, BINSTRING = 'T',
            SHORT_BINSTRING = 'U', EMPTY_DICT = '}', EMPTY_LIST = ']', EMPTY_TUPLE = ')', TUPLE = 't', TUPLE1 = 0x85,
            TUPLE2 = 0x86, TUPLE3 = 0x87, APPEND = 'a', APPENDS = 'e', SETITEM = 's', SETITEMS = 'u', BINPUT = 'q',
            LONG_BINPUT = 'r', MEMOIZE = 0x94, BINGET = 'h', LONG_BINGET = 'j', GLOBAL = 'c', STACK_GLOBAL = 0x93,
            REDUCE = 'R', BUILD = 'b', BINPERSID = 'Q', PROTO = 0x80, FRAME = 0x95;

    private static final Map<Integer, String> REFUSED = Map.ofEntries(Map.entry((int) '0', "POP"),
            Map.entry((int) '1', "POP_MARK"), Map.entry((int) '2', "DUP"), Map.entry((int) 'F', "FLOAT"),
            Map.entry((int) 'I', "INT"), Map.entry((int) 'L', "LONG"), Map.entry((int) 'P', "PERSID"),
            Map.entry((int) 'S', "STRING"), Map.entry((int) 'V', "UNICODE"), Map.entry((int) 'd', "DICT"),
            Map.entry((int) 'g', "GET"), Map.entry((int) 'i', "INST"), Map.entry((int) 'l', "LIST"),
            Map.entry((int) 'o', "OBJ"), Map.entry((int) 'p', "PUT"), Map.entry((int) 'B', "BINBYTES"),
            Map.entry((int) 'C', "SHORT_BINBYTES"), Map.entry(0x81, "NEWOBJ"), Map.entry(0x82, "EXT1"),
            Map.entry(0x83, "EXT2"), Map.entry(0x84, "EXT4"), Map.entry(0x8b, "LONG4"),
            Map.entry(0x8d, "BINUNICODE8"), Map.entry(0x8e, "BINBYTES8"), Map.entry(0x8f, "EMPTY_SET"),
            Map.entry(0x90, "ADDITEMS"), Map.entry(0x91, "FROZENSET"), Map.entry(0x92, "NEWOBJ_EX"),
            Map.entry(0x96, "BYTEARRAY8"), Map.entry(0x97, "NEXT_BUFFER"), Map.entry(0x98, "READONLY_BUFFER"));

    private Opcodes() {}

    /// A refused opcode as a user can look it up.
    static String describe(int opcode) {
        String hex = String.format(Locale.ROOT, "0x%02x", opcode);
        return REFUSED.containsKey(opcode)
                ? REFUSED.get(opcode) + " (" + hex + ")"
                : hex + ", which is none of Python's,";
    }
}
