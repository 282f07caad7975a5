package net.alexnet.torch;

import module java.base;

/// Sends what native code writes to standard output to standard error: Gloo announces its connections there, and no setting
/// of this version turns that off.
///
/// The descriptor belongs to the process, so what other threads print meanwhile goes there too.
final class QuietOutput {
    private static final int OUT = 1;
    private static final int ERR = 2;

    private static int users;
    private static int kept;

    private QuietOutput() {}

    /// Runs native code. Several threads may do so at once.
    static <T> T during(Supplier<T> body) {
        begin();
        try {
            return body.get();
        } finally {
            end();
        }
    }

    private static synchronized void begin() {
        if (users++ == 0) {
            kept = call("dup", OUT);
            call("dup2", ERR, OUT);
        }
    }

    private static synchronized void end() {
        if (--users == 0) {
            flush();
            call("dup2", kept, OUT);
            call("close", kept);
        }
    }

    /// Calls a function of the C library that takes and returns descriptors.
    @SuppressWarnings("restricted") // the engine needs native access anyway
    private static int call(String name, Integer... descriptors) {
        MemoryLayout[] types = new MemoryLayout[descriptors.length];
        Arrays.fill(types, ValueLayout.JAVA_INT);
        return (int) invoke(name, FunctionDescriptor.of(ValueLayout.JAVA_INT, types), (Object[]) descriptors);
    }

    /// Writes what the C library holds back.
    private static void flush() {
        invoke("fflush", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS), MemorySegment.NULL);
    }

    @SuppressWarnings("restricted") // as above
    private static Object invoke(String name, FunctionDescriptor type, Object... arguments) {
        Linker linker = Linker.nativeLinker();
        try {
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type)
                    .invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException("the C library's function " + name + " failed", e);
        }
    }
}
