package net.alexnet.interop.parquet;

import module java.base;

/// Reads a structure in the compact protocol of Thrift, of any type: its fields by their numbers. Values are counted, so
/// that memory does not depend on what a file says.
final class Thrift {
    private static final int MOST_VALUES = 4_000_000;
    private static final int DEEPEST = 20;

    private static final int TRUE = 1;
    private static final int FALSE = 2;
    private static final int BYTE = 3;
    private static final int I16 = 4;
    private static final int I32 = 5;
    private static final int I64 = 6;
    private static final int DOUBLE = 7;
    private static final int BINARY = 8;
    private static final int LIST = 9;
    private static final int SET = 10;
    private static final int MAP = 11;
    private static final int STRUCT = 12;

    private final ByteBuffer in;
    private int values;

    private Thrift(ByteBuffer in) {
        this.in = in;
    }

    /// The fields of a structure. What is not there, or of another type, is as if it were not there.
    record Struct(Map<Integer, Object> fields) {
        long number(int field, long otherwise) {
            return fields.get(field) instanceof Long value ? value : otherwise;
        }

        boolean flag(int field, boolean otherwise) {
            return fields.get(field) instanceof Boolean value ? value : otherwise;
        }

        Optional<String> text(int field) {
            return fields.get(field) instanceof byte[] bytes
                    ? Optional.of(new String(bytes, StandardCharsets.UTF_8))
                    : Optional.empty();
        }

        Optional<Struct> struct(int field) {
            return fields.get(field) instanceof Struct struct ? Optional.of(struct) : Optional.empty();
        }

        /// The elements of a list that are of a type.
        <T> List<T> list(int field, Class<T> type) {
            return fields.get(field) instanceof List<?> list
                    ? list.stream().filter(type::isInstance).map(type::cast).toList()
                    : List.of();
        }
    }

    /// Reads a structure from a buffer's position on, which is then behind it.
    ///
    /// @throws IOException if it is damaged, too deep or too large
    static Struct read(ByteBuffer in) throws IOException {
        try {
            return new Thrift(in).struct(0);
        } catch (BufferUnderflowException e) {
            throw new IOException("a description in it is cut", e);
        }
    }

    private Struct struct(int depth) throws IOException {
        Map<Integer, Object> fields = new HashMap<>(8);
        int id = 0;
        while (true) {
            int header = in.get() & 0xFF;
            if (header == 0) {
                return new Struct(fields);
            }
            int delta = header >>> 4;
            id = delta == 0 ? (int) zigzag() : id + delta;
            int type = header & 0xF;
            fields.put(id, type == TRUE || type == FALSE ? (Object) (type == TRUE) : value(type, depth));
        }
    }

    private Object value(int type, int depth) throws IOException {
        if (++values > MOST_VALUES) {
            throw new IOException("a description in it has more than " + MOST_VALUES + " values");
        }
        if (depth > DEEPEST) {
            throw new IOException("a description in it is nested more than " + DEEPEST + " deep");
        }
        return switch (type) {
            case TRUE, FALSE -> in.get() == TRUE;
            case BYTE -> (long) in.get();
            case I16, I32, I64 -> zigzag();
            case DOUBLE -> {
                in.getLong();
                yield Double.NaN; // none is needed
            }
            case BINARY -> binary();
            case LIST, SET -> list(depth);
            case MAP -> map(depth);
            case STRUCT -> struct(depth + 1);
            default -> throw new IOException("a description in it has a value of the unknown type " + type);
        };
    }

    private byte[] binary() throws IOException {
        long length = varint();
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[(int) length];
        in.get(bytes);
        return bytes;
    }

    private List<Object> list(int depth) throws IOException {
        int header = in.get() & 0xFF;
        long size = header >>> 4 == 15 ? varint() : header >>> 4;
        List<Object> list = new ArrayList<>();
        for (long i = 0; i < size; i++) {
            list.add(value(header & 0xF, depth + 1));
        }
        return list;
    }

    /// Maps are read over.
    private List<Object> map(int depth) throws IOException {
        long size = varint();
        int types = size == 0 ? 0 : in.get() & 0xFF;
        for (long i = 0; i < size; i++) {
            value(types >>> 4, depth + 1);
            value(types & 0xF, depth + 1);
        }
        return List.of();
    }

    private long zigzag() throws IOException {
        long value = varint();
        return value >>> 1 ^ -(value & 1);
    }

    private long varint() throws IOException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IOException("a description in it has a number of more than 64 bits");
    }
}
