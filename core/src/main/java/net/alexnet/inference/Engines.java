package net.alexnet.inference;

import module java.base;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.reference.ReferenceBackend;

/// Finds the compute engine.
public final class Engines {
    /// The device of the plain Java loops, which need no engine. They are slow, so they are used only where asked for.
    public static final String REFERENCE = "reference";

    private Engines() {}

    /// The first engine on the class path or module path.
    ///
    /// @throws EngineUnavailableException if there is none
    public static EngineProvider find() {
        return first(ServiceLoader.load(EngineProvider.class, Engines.class.getClassLoader()).iterator());
    }

    static EngineProvider first(Iterator<EngineProvider> engines) {
        if (!engines.hasNext()) {
            throw new EngineUnavailableException("no compute engine was found: add the module alexnet-torch and the"
                    + " natives of this platform to the class path, or use the device '" + REFERENCE + "'", null);
        }
        return engines.next();
    }

    /// Opens a backend on a device; the caller closes it.
    ///
    /// @param device `reference` for the plain Java loops, else as for [EngineProvider#open]; case does not matter
    /// @param threads as for [EngineProvider#open]; the plain loops use one
    /// @throws IllegalArgumentException if there is no such device, or it does not compute with this precision
    /// @throws EngineUnavailableException if there is no engine, or it cannot run in this JVM
    public static Backend open(String device, int threads, Precision precision) {
        String name = device.toLowerCase(Locale.ROOT);
        return name.equals(REFERENCE) ? new ReferenceBackend(precision) : find().open(name, threads, precision);
    }

    /// Opens a backend for forward passes at test time, see [EngineProvider#openForInference]; the caller closes it.
    ///
    /// @param device as for [#open]
    /// @param threads as for [#open]
    /// @param precision as for [EngineProvider#openForInference]
    /// @throws IllegalArgumentException if there is no such device, or it does not compute with this precision
    /// @throws EngineUnavailableException if there is no engine, or it cannot run in this JVM
    public static Backend openForInference(String device, int threads, Precision precision) {
        String name = device.toLowerCase(Locale.ROOT);
        return name.equals(REFERENCE)
                ? new ReferenceBackend(precision)
                : find().openForInference(name, threads, precision);
    }
}
