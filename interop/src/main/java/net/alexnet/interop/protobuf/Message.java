package net.alexnet.interop.protobuf;

import module java.base;

/// Reads the fields of one message in the wire format of protocol buffers, one after the other:
///
/// ```
/// message = (tag value)*      tag = varint: field number << 3 | wire type
/// value   = varint (0) | 8 bytes (1) | varint length, bytes (2) | 4 bytes (5)
/// ```
///
/// Numbers are little-endian. The deprecated groups (types 3 and 4) are refused. Errors are [IOException]s whose message
/// names the type of the message and the byte of the file, but not the file.
public final class Message {
    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int DELIMITED = 2;
    private static final int FOUR_BYTES = 5;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int MAX_PARTS = 100_000;
    private static final long MAX_TEXT = 8 << 20;

    /// How much a reader may keep of one file. A message of two bytes can stand for an object of a hundred, so that a
    /// file of nothing else could fill the heap.
    private static final class Budget {
        private int parts;
        private long text;

        void part(long textBytes) throws IOException {
            text += textBytes;
            if (++parts > MAX_PARTS || text > MAX_TEXT) {
                throw new IOException("has more than " + MAX_PARTS + " messages and texts, or more than " + MAX_TEXT
                        + " bytes of texts, the limits");
            }
        }
    }

    private final String type;
    private final MemorySegment bytes;
    private final long origin;
    private final Budget budget;
    private long position;

    private int field;
    private int wireType;
    private long number;
    private long start;
    private long length;

    private Message(String type, MemorySegment bytes, long origin, Budget budget) {
        this.type = type;
        this.bytes = bytes;
        this.origin = origin;
        this.budget = budget;
    }

    /// A file that is one message.
    ///
    /// @param type its name in errors
    public static Message file(String type, MemorySegment bytes) {
        return new Message(type, bytes, 0, new Budget());
    }

    /// Goes to the next field; false after the last.
    public boolean next() throws IOException {
        if (position == bytes.byteSize()) {
            return false;
        }
        long tag = varint();
        if (tag >>> 3 == 0 || tag >>> 32 != 0) {
            throw error("the tag " + Long.toUnsignedString(tag) + " is none");
        }
        field = (int) (tag >>> 3);
        wireType = (int) tag & 7;
        switch (wireType) {
            case VARINT -> number = varint();
            case EIGHT_BYTES -> take(Long.BYTES);
            case DELIMITED -> take(varint());
            case FOUR_BYTES -> take(Integer.BYTES);
            default -> throw error("field " + field + " has the wire type " + wireType + ", which is not read");
        }
        return true;
    }

    /// The number of the field that [#next] went to.
    public int field() {
        return field;
    }

    /// The field's value, a varint.
    public long number() throws IOException {
        expect(VARINT);
        return number;
    }

    /// The field's value, a float32.
    public float real() throws IOException {
        expect(FOUR_BYTES);
        return bytes.get(FLOAT, start);
    }

    /// The field's value, bytes where they lie.
    public MemorySegment bytes() throws IOException {
        expect(DELIMITED);
        return bytes.asSlice(start, length);
    }

    /// The field's value, a text in UTF-8.
    public String text() throws IOException {
        MemorySegment text = bytes();
        budget.part(text.byteSize());
        return new String(text.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /// The field's value, a message.
    public Message message(String type) throws IOException {
        MemorySegment inner = bytes();
        budget.part(0);
        return new Message(type, inner, origin + position - inner.byteSize(), budget);
    }

    /// Adds the field's value to a list, or its values if they are packed.
    ///
    /// @param limit the most numbers that the list may have
    public void numbers(List<Long> numbers, int limit) throws IOException {
        numbers(number -> {
            if (numbers.size() <= limit) {
                numbers.add(number);
            }
        });
        if (numbers.size() > limit) {
            throw error("field " + field + " has more than " + limit + " numbers");
        }
    }

    /// Passes on the field's value, or one by one its values if they are packed.
    public void numbers(LongConsumer each) throws IOException {
        if (wireType == VARINT) {
            each.accept(number);
            return;
        }
        expect(DELIMITED);
        long end = position;
        position = start;
        while (position < end) {
            each.accept(varint());
        }
        if (position > end) {
            throw error("field " + field + " ends within a number");
        }
    }

    /// The field's value, packed numbers of 4 or 8 bytes, where they lie; or one that is alone. Every known writer packs
    /// all of them into one piece.
    ///
    /// @param before what this method gave for the same field, empty at first
    public MemorySegment packed(int size, MemorySegment before) throws IOException {
        if (wireType != (size == Long.BYTES ? EIGHT_BYTES : FOUR_BYTES)) {
            expect(DELIMITED);
        }
        if (length % size != 0 || before.byteSize() > 0) {
            throw error("field " + field + " must hold all its numbers of " + size + " bytes in one piece, found "
                    + length + " bytes after " + before.byteSize());
        }
        return bytes.asSlice(start, length);
    }

    private void expect(int expected) throws IOException {
        if (wireType != expected) {
            throw error("field " + field + " must have the wire type " + expected + ", found " + wireType);
        }
    }

    private void take(long count) throws IOException {
        if (count < 0 || count > bytes.byteSize() - position) {
            throw error("field " + field + " announces " + Long.toUnsignedString(count) + " bytes, "
                    + (bytes.byteSize() - position) + " are left");
        }
        start = position;
        length = count;
        position += count;
    }

    private long varint() throws IOException {
        long result = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (position == bytes.byteSize()) {
                throw error("it is cut within a number");
            }
            byte next = bytes.get(ValueLayout.JAVA_BYTE, position++);
            result |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return result;
            }
        }
        throw error("a number has more than 10 bytes");
    }

    /// An error at this place.
    public IOException error(String problem) {
        return new IOException(type + " at byte " + (origin + position) + ": " + problem);
    }
}
