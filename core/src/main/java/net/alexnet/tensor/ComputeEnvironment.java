package net.alexnet.tensor;

import module java.base;

/// What the last digits of a backend's results depend on besides the arguments. Two backends for which this is equal give
/// the same bits on machines of the same kind.
///
/// @param engine its name and version
/// @param device that computes
/// @param threads among which sums are divided; 1 where the device divides them itself
/// @param instructions the processor's instructions, our kernels with their revision, and the precision of products and maps
///     where it is not float32
public record ComputeEnvironment(String engine, String device, int threads, String instructions) {
    /// The revision of the results of our own kernels, and of how images are decoded and resized. Raise it by hand with every
    /// change after which the same image may give other bits, including a new version of OpenCV. Cached features are then
    /// computed again, and a resumed run reports that it may end with other bits.
    public static final int REVISION = 1;

    public ComputeEnvironment {
        if (threads < 1) {
            throw new IllegalArgumentException("the number of threads must be at least 1, found " + threads);
        }
    }

    /// The differences from a later one, each as `what: this then, that now`.
    public List<String> changes(ComputeEnvironment now) {
        return Stream.of(change("engine", engine, now.engine), change("device", device, now.device),
                change("threads", threads, now.threads), change("instructions", instructions, now.instructions))
                .flatMap(Optional::stream).toList();
    }

    private static Optional<String> change(String what, Object then, Object now) {
        return then.equals(now) ? Optional.empty() : Optional.of(what + ": " + then + " then, " + now + " now");
    }
}
