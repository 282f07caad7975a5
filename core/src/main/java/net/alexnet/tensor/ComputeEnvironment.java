package net.alexnet.tensor;

import java.util.ArrayList;
import java.util.List;

/// What the last digits of a backend's results depend on, beside the arguments: two backends of which this is equal, on
/// machines of one kind, give the same bits. Versions are as their makers count them; our own kernels' is
/// `ComputeEnvironment.REVISION`.
///
/// @param engine that computes, with its version
/// @param device on which
/// @param threads among which sums are divided; 1 where the device divides them itself
/// @param instructions that the processor is known to be used with, as words: our kernels with their revision, and the products'
///     precision where it is not float32
public record ComputeEnvironment(String engine, String device, int threads, String instructions) {
    /// The revision of the results that this program computes itself: its kernels, and how it decodes and resizes images.
    /// Raise it by hand with every change after which the same image may give other bits, a new version of OpenCV included.
    /// Cached features are then computed again, and a resumed run reports that it may end with other bits.
    public static final int REVISION = 1;

    public ComputeEnvironment {
        if (threads < 1) {
            throw new IllegalArgumentException("something computes with at least 1 thread, found " + threads);
        }
    }

    /// In what a later one differs, each as `what: this then, that now`; empty if in nothing.
    public List<String> changes(ComputeEnvironment now) {
        List<String> all = new ArrayList<>();
        compare("engine", engine, now.engine, all);
        compare("device", device, now.device, all);
        compare("threads", Integer.toString(threads), Integer.toString(now.threads), all);
        compare("instructions", instructions, now.instructions, all);
        return List.copyOf(all);
    }

    private static void compare(String what, String then, String now, List<String> all) {
        if (!then.equals(now)) {
            all.add(what + ": " + then + " then, " + now + " now");
        }
    }
}
