package net.alexnet.interop.protobuf;

import java.io.IOException;

/// What the messages of one file may make a reader keep. A message of two bytes can stand for an object of a hundred: so they
/// are counted, that a file of nothing else cannot fill the heap.
final class Budget {
    private static final int MAX_PARTS = 100_000;
    private static final long MAX_TEXT = 8 << 20;

    private int parts;
    private long text;

    void part() throws IOException {
        if (++parts > MAX_PARTS) {
            throw new IOException("has more than " + MAX_PARTS + " messages and texts, the limit");
        }
    }

    void text(long bytes) throws IOException {
        part();
        text += bytes;
        if (text > MAX_TEXT) {
            throw new IOException("has more than " + MAX_TEXT + " bytes of names and texts, the limit");
        }
    }
}
