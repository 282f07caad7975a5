package net.alexnet.cli;

/// The module `jdk.incubator.vector`, which kernels in Java need, put into a virtual machine that runs.
///
/// The option `--add-modules jdk.incubator.vector` does it too, but then the virtual machine writes a warning to standard
/// error before the program begins, and leaves aside most of its cache of classes. What is called here is the JDK's own
/// function for modules that are needed late; the launcher's `--add-exports java.base/jdk.internal.module=ALL-UNNAMED`
/// opens it.
final class VectorModule {
    private VectorModule() {}

    /// Loads the module, if it is there and not loaded yet; from then on its classes can be used from the class path. Where
    /// it cannot be loaded, nothing happens, and its classes are not found.
    static void load() {
        try {
            Class.forName("jdk.internal.module.Modules").getMethod("loadModule", String.class).invoke(null,
                    "jdk.incubator.vector");
        } catch (ReflectiveOperationException | RuntimeException e) {
            // A runtime without it, or without the launcher's options: whoever would use it sees that it is not there.
        }
    }
}
