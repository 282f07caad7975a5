package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import net.alexnet.tensor.BackendException;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.LocalResponseNorm.Region;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Shape;
import net.alexnet.torch.kernel.Kernels;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class NativeCallTest {
    @BeforeAll
    static void load() {
        NativeLoader.await();
        TorchLibrary.load();
    }

    private static <T> void assertFails(Supplier<T> body, String message) {
        assertThatThrownBy(() -> new NativeCall(1).run("multiply", body, Shape.of(2, 3), Shape.of(4, 5)))
                .isInstanceOf(BackendException.class)
                .hasMessageStartingWith(message)
                .message().doesNotContain("\n");
    }

    @Test
    void libtorchsFailureIsLibtorchs() {
        assertFails(() -> torch.mm(torch.zeros(2, 3), torch.zeros(4, 5)),
                "libtorch failed in multiply of 2 × 3, 4 × 5: mat1 and mat2 shapes");
    }

    @Test
    void aKernelsFailureIsOurs() {
        assertFails(() -> {
            TorchKernels.compute(() -> MemorySegment.ofArray(new float[2]).asSlice(4, 8));
            return 0;
        }, "our own kernel failed in multiply of 2 × 3, 4 × 5: IndexOutOfBoundsException: ");
    }

    /// Threads that the system does not give are one; the heap is another, and it ends outside of kernels too.
    @Test
    void memoryThatIsNotThereIsAFailureOfTheOperation() {
        assertFails(() -> {
            TorchKernels.compute(() -> {
                throw new OutOfMemoryError("unable to create native thread");
            });
            return 0;
        }, "our own kernel failed in multiply of 2 × 3, 4 × 5: OutOfMemoryError: unable to create native thread");
        assertFails(() -> {
            throw new OutOfMemoryError("Java heap space");
        }, "Java ran out of memory in multiply of 2 × 3, 4 × 5: Java heap space");
    }

    /// As it is called: an output that is shorter than the input.
    @Test
    void aKernelThatIsGivenTooLittleMemorySaysSo() {
        assumeTrue(Kernels.missing().isEmpty());
        TorchKernels kernels = new TorchKernels(TorchDevice.find("cpu"), 2, Precision.FLOAT32, new BlockAllocator());
        var norm = kernels.responseNorm(new LocalResponseNorm(Region.ACROSS_CHANNELS, 5, 2, 1e-4, .75, 1), 32)
                .orElseThrow();
        assertFails(() -> {
            Tensor x = torch.ones(1, 32, 4, 4);
            return kernels.gradient(norm, x, torch.ones(1, 32, 2, 2), false);
        }, "our own kernel failed in multiply of 2 × 3, 4 × 5: IndexOutOfBoundsException: ");
    }
}
