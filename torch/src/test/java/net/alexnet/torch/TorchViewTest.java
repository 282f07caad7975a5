package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A view of native memory is refused after the memory is gone, where it would otherwise read what others have written.
class TorchViewTest {
    private final TorchBackend backend = TorchBackend.open("cpu", 1);

    @AfterEach
    void close() {
        backend.close();
    }

    private static float first(MemorySegment view) {
        return view.get(ValueLayout.JAVA_FLOAT, 0);
    }

    @Test
    void aViewEndsWithItsScope() {
        MemorySegment view;
        MemorySegment second;
        try (Scope _ = backend.scope()) {
            Tensor tensor = backend.upload(Shape.of(2), new float[] {3, 4});
            view = backend.view(tensor);
            second = backend.view(tensor);
            assertThat(first(view)).isEqualTo(3);
        }
        assertThatIllegalStateException().isThrownBy(() -> first(view));
        assertThatIllegalStateException().isThrownBy(() -> first(second));
    }

    @Test
    void aViewEndsWhenItsTensorIsFreed() {
        Tensor tensor = backend.upload(Shape.of(2), new float[] {3, 4});
        MemorySegment view = backend.view(tensor);
        backend.free(tensor);
        assertThatIllegalStateException().isThrownBy(() -> first(view));
    }

    /// A tensor on memory of Java's, which changes and so gets memory of its own.
    @Test
    void aViewOfBorrowedMemoryEndsWhenTheTensorIsChanged() {
        MemorySegment mapped = Arena.ofAuto().allocate(2 * Float.BYTES, 64);
        Tensor tensor = backend.upload(Shape.of(2), mapped);
        MemorySegment view = backend.view(tensor);
        backend.assign(tensor, new float[] {1, 2});
        assertThatIllegalStateException().isThrownBy(() -> first(view));
        assertThat(first(backend.view(tensor))).isEqualTo(1);
    }
}
