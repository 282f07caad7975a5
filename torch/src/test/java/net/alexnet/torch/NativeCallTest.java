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
    void aFailureOfLibtorchIsReportedAsLibtorchs() {
        assertFails(() -> torch.mm(torch.zeros(2, 3), torch.zeros(4, 5)),
                "libtorch failed in multiply of 2 × 3, 4 × 5: mat1 and mat2 shapes");
    }

    @Test
    void aKernelsFailureIsReportedAsOurs() {
        assertFails(() -> {
            TorchKernels.compute(() -> MemorySegment.ofArray(new float[2]).asSlice(4, 8));
            return 0;
        }, "our own kernel failed in multiply of 2 × 3, 4 × 5: IndexOutOfBoundsException: ");
    }

    /// As JavaCPP reports that native memory has reached its limit.
    @Test
    void theLimitOnNativeMemoryIsNamedWithTheOptionThatLiftsIt() {
        OutOfMemoryError limit = new OutOfMemoryError("Physical memory usage is too high");
        limit.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("org.bytedeco.javacpp.Pointer", "deallocator", "Pointer.java", 1)});
        assertThatThrownBy(() -> new NativeCall(1).run("multiply", () -> {
            throw limit;
        })).isInstanceOf(BackendException.class).hasMessageContainingAll("multiply",
                "Physical memory usage is too high",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
    }

    @Test
    void aFullHeapIsNotReportedAsTheEngines() {
        OutOfMemoryError heap = new OutOfMemoryError("Java heap space");
        assertThatThrownBy(() -> new NativeCall(1).run("multiply", () -> {
            TorchKernels.compute(() -> {
                throw heap;
            });
            return 0;
        })).isSameAs(heap);
    }

    /// As it is called: an output that is shorter than the input.
    @Test
    void aKernelWithTooLittleMemoryFails() {
        assumeTrue(Kernels.missing().isEmpty());
        TorchKernels kernels = new TorchKernels(TorchDevice.find("cpu"), 2, Precision.FLOAT32, new BlockAllocator());
        var norm = kernels.all().orElseThrow()
                .responseNorm(new LocalResponseNorm(Region.ACROSS_CHANNELS, 5, 2, 1e-4, .75, 1), 32).orElseThrow();
        assertFails(() -> {
            Tensor x = torch.ones(1, 32, 4, 4);
            Tensor small = torch.ones(1, 32, 2, 2);
            return kernels.written(Layout.shape(x), x, dx -> norm.gradient(
                    TorchKernels.memory(x), TorchKernels.memory(small), dx, false));
        }, "our own kernel failed in multiply of 2 × 3, 4 × 5: IndexOutOfBoundsException: ");
    }
}
