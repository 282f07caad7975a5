package net.alexnet.cli;

import module java.base;
import net.alexnet.io.Texts;
import org.jspecify.annotations.Nullable;

/// Standard error of a process whose log is JSON: a line that is no JSON object becomes one.
///
/// Libraries such as libjpeg write to the descriptor of standard error and cannot be told not to. So a pipe takes its place,
/// and a thread hands each line on. The descriptor belongs to the process, so only a program that owns its process does so.
/// Windows has no such functions; there lines stay as they are.
final class StandardError {
    private static final int ERR = 2;
    private static final String PLACE = "/dev/fd/";

    private static boolean owned;
    private static @Nullable StandardError running;

    private final int kept;
    private final Thread reader;

    private StandardError(int kept, Thread reader) {
        this.kept = kept;
        this.reader = reader;
    }

    /// Says that this process is the program's, to be called before [#becomeJson()].
    static synchronized void own() {
        owned = true;
    }

    /// A line of the log that is no request's.
    static String message(String text) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("at", Instant.now().toString());
        members.put("message", Texts.line(text));
        return Json.line(members);
    }

    /// From here on each line is a JSON object. Does nothing in a process of others.
    ///
    /// @throws IOException if the process has no descriptors left
    static synchronized void becomeJson() throws IOException {
        if (!owned || running != null || Linker.nativeLinker().defaultLookup().find("pipe").isEmpty()) {
            return;
        }
        int kept;
        InputStream lines;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
            require(call("pipe", ends));
            int in = ends.getAtIndex(ValueLayout.JAVA_INT, 0);
            int out = ends.getAtIndex(ValueLayout.JAVA_INT, 1);
            lines = new FileInputStream(PLACE + in);
            kept = require(call("dup", ERR));
            require(call("dup2", out, ERR));
            call("close", in);
            call("close", out);
        }
        Thread reader = Thread.ofPlatform().daemon().name("standard-error").start(() -> handOn(lines, kept));
        running = new StandardError(kept, reader);
    }

    private static int require(int result) throws IOException {
        if (result < 0) {
            throw new IOException("standard error cannot be read; has the process too many open files?");
        }
        return result;
    }

    private static void handOn(InputStream in, int out) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    write(out, (Json.isObject(line) ? line : message(line)) + "\n");
                }
            }
        } catch (IOException e) {
            // the process that read standard error has ended, so there is nobody to tell
        }
    }

    private static void write(int descriptor, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment all = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            for (int at = 0; at < bytes.length;) {
                int written = call("write", descriptor, all.asSlice(at), (long) bytes.length - at);
                if (written <= 0) {
                    throw new IOException("standard error was closed");
                }
                at += written;
            }
        }
    }

    /// Hands on what was written so far, and ends. Standard error is then as it was before.
    static synchronized void restore() {
        StandardError ended = running;
        if (ended != null) {
            running = null;
            call("dup2", ended.kept, ERR); // closes the pipe's end, which is the end of the reader's input
            try {
                ended.reader.join(Duration.ofSeconds(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Calls a function of the C library. Where it returns a `long`, the result fits an `int` here.
    @SuppressWarnings("restricted") // the engine needs native access anyway
    private static int call(String name, Object... arguments) {
        MemoryLayout[] types = Stream.of(arguments).map(one -> switch (one) {
            case Integer _ -> ValueLayout.JAVA_INT;
            case Long _ -> ValueLayout.JAVA_LONG;
            default -> ValueLayout.ADDRESS;
        }).toArray(MemoryLayout[]::new);
        Linker linker = Linker.nativeLinker();
        try {
            return (int) linker.downcallHandle(linker.defaultLookup().findOrThrow(name),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, types)).invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException("the C library's function " + name + " failed", e);
        }
    }
}
