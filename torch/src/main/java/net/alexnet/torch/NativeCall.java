package net.alexnet.torch;

import module java.base;
import net.alexnet.tensor.BackendException;
import net.alexnet.tensor.Shape;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;

/// Surrounds every native operation and frees the JavaCPP objects that it made (tensors, scalars, options) unless they were
/// retained, so that an operation cannot leak its intermediates.
///
/// @param threads how many threads an operation may use on a CPU
record NativeCall(int threads) {
    /// Runs native code.
    ///
    /// @param operands for the message of a failure
    /// @throws BackendException if libtorch or one of our kernels fails, or native memory is exhausted; the message says which
    /// @throws OutOfMemoryError if Java's heap is exhausted
    <T> T run(String operation, Supplier<T> body, Shape... operands) {
        try (var _ = new PointerScope(); var _ = new NoGradGuard()) {
            prepareThread();
            return body.get();
        } catch (TorchKernels.Failure e) {
            throw failed("our own kernel failed", operation, operands, e, "");
        } catch (RuntimeException e) {
            throw failed("libtorch failed", operation, operands, e, "");
        } catch (OutOfMemoryError e) {
            if (!isNative(e)) {
                throw e;
            }
            throw failed("native memory reached JavaCPP's limit", operation, operands, e,
                    "; start the JVM with -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 to lift it");
        }
    }

    /// Sets the number of threads, because sums that are divided among another number round differently. OpenMP keeps it for
    /// each calling thread and OpenBLAS for the process, and another backend may have set them.
    private void prepareThread() {
        if (torch.get_num_threads() != threads) {
            torch.set_num_threads(threads);
        }
        TorchLibrary.setProductThreads(threads);
    }

    /// JavaCPP counts native memory, and reports its limit by the same error as the JVM reports a full heap.
    private static boolean isNative(OutOfMemoryError e) {
        return Arrays.stream(e.getStackTrace()).limit(1)
                .anyMatch(frame -> frame.getClassName().startsWith("org.bytedeco."));
    }

    private static BackendException failed(
            String what, String operation, Shape[] operands, Throwable failure, String advice) {
        String shapes = Arrays.stream(operands).map(Shape::toString).collect(Collectors.joining(", "));
        return new BackendException(what + " in " + operation + (shapes.isEmpty() ? "" : " of " + shapes) + ": "
                + firstLine(failure) + advice, failure);
    }

    /// libtorch's messages continue with a stack trace of C++.
    private static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("no message");
    }
}
