package net.alexnet.torch;

import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import net.alexnet.tensor.BackendException;
import net.alexnet.tensor.Shape;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;

/// What surrounds every native operation. JavaCPP's objects, be they tensors, scalars or options, free themselves with
/// the frame in which they were made, unless someone retains them; so an operation cannot leak its intermediates.
final class NativeCall {
    private final int threads;
    private Thread prepared;

    /// @param threads how many threads an operation may use on a CPU
    NativeCall(int threads) {
        this.threads = threads;
        torch.set_num_threads(threads);
        this.prepared = Thread.currentThread();
    }

    /// Runs native code and frees all that it made and that was not retained.
    ///
    /// @param operands for the message of a failure
    /// @throws BackendException if libtorch fails, or one of our kernels, or Java has no memory: the message says which
    <T> T run(String operation, Supplier<T> body, Shape... operands) {
        try (var _ = new PointerScope(); var _ = new NoGradGuard()) {
            prepareThread();
            return body.get();
        } catch (RuntimeException | OutOfMemoryError e) {
            String shapes = Arrays.stream(operands).map(Shape::toString).collect(Collectors.joining(", "));
            String what = switch (e) {
                case TorchKernels.Failure _ -> "our own kernel failed";
                case OutOfMemoryError _ -> "Java ran out of memory";
                default -> "libtorch failed";
            };
            throw new BackendException(what + " in " + operation + (shapes.isEmpty() ? "" : " of " + shapes)
                    + ": " + firstLine(e), e);
        }
    }

    /// OpenMP keeps the number of threads per calling thread; sums that are split otherwise round otherwise.
    private void prepareThread() {
        if (prepared != Thread.currentThread()) {
            torch.set_num_threads(threads);
            prepared = Thread.currentThread();
        }
    }

    /// libtorch's messages go on with a stack trace of C++.
    private static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("no message");
    }
}
