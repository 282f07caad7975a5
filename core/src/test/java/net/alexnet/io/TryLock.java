package net.alexnet.io;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A program of its own: says whether a file is locked by another process.
public final class TryLock {
    private TryLock() {}

    public static void main(String[] arguments) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(arguments[0], "rw")) {
            System.out.println(file.getChannel().tryLock() == null ? "locked" : "free");
        }
    }

    /// Whether another process finds a file locked.
    public static boolean findsLocked(Path file) throws IOException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), TryLock.class.getName(), file.toString())
                .redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return switch (said) {
            case "locked" -> true;
            case "free" -> false;
            default -> throw new IOException(said);
        };
    }
}
