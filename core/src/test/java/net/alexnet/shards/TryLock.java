package net.alexnet.shards;

import java.io.IOException;
import java.io.RandomAccessFile;

/// A program of its own: says whether a file is locked by another process.
final class TryLock {
    private TryLock() {}

    public static void main(String[] arguments) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(arguments[0], "rw")) {
            System.out.println(file.getChannel().tryLock() == null ? "locked" : "free");
        }
    }
}
