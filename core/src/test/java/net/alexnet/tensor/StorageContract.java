package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Values go in and come out again, in the order that is promised.
interface StorageContract extends Contract {
    @Test
    default void downloadReturnsUploadedValues() {
        Shape[] shapes = {Shape.of(), Shape.of(5), Shape.of(3, 7), Shape.of(2, 3, 4, 5), Shape.of(1, 8, 1, 1)};
        for (Shape shape : shapes) {
            float[] values = Samples.normal(shape, 1);
            Tensor tensor = backend().upload(shape, values);
            assertThat(tensor.shape()).isEqualTo(shape);
            assertThat(values(tensor)).as("a tensor of " + shape).isEqualTo(values);
        }
    }

    @Test
    default void specialValuesAreKept() {
        float[] values = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, Float.MIN_VALUE, 1e38f};
        assertThat(values(tensor(Shape.of(6), values))).isEqualTo(values);
    }

    @Test
    default void zerosAreZero() {
        Tensor zeros = backend().zeros(Shape.of(2, 3, 5, 4));
        assertThat(zeros.shape()).isEqualTo(Shape.of(2, 3, 5, 4));
        assertThat(values(zeros)).isEqualTo(new float[120]);
    }

    @Test
    default void uploadAndDownloadCopy() {
        float[] given = {1, 2, 3};
        Tensor tensor = tensor(Shape.of(3), given);
        given[0] = 9;
        float[] taken = values(tensor);
        assertThat(taken).containsExactly(1, 2, 3);
        taken[1] = 9;
        assertThat(values(tensor)).containsExactly(1, 2, 3);
    }

    @Test
    default void assignOverwritesInLogicalOrder() {
        Shape shape = Shape.of(2, 3, 4, 5);
        Tensor target = backend().zeros(shape);
        float[] values = Samples.normal(shape, 2);
        backend().assign(target, values);
        assertThat(values(target)).isEqualTo(values);
        backend().assign(target, new float[120]);
        assertThat(values(target)).isEqualTo(new float[120]);
    }

    @Test
    default void imagesAreConvertedToPlanes() {
        // two pictures of 2 × 3 pixels; the value tells picture, row, column and channel
        float[] interleaved = new float[2 * 2 * 3 * 3];
        float[] planes = new float[interleaved.length];
        int from = 0;
        for (int n = 0; n < 2; n++) {
            for (int i = 0; i < 2; i++) {
                for (int j = 0; j < 3; j++) {
                    for (int c = 0; c < 3; c++) {
                        float value = 1000 * n + 100 * i + 10 * j + c;
                        interleaved[from++] = value;
                        planes[((n * 3 + c) * 2 + i) * 3 + j] = value;
                    }
                }
            }
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment roomy = arena.allocate(ValueLayout.JAVA_FLOAT, interleaved.length + 5);
            MemorySegment.copy(interleaved, 0, roomy, ValueLayout.JAVA_FLOAT, 0, interleaved.length);
            for (MemorySegment pixels : List.of(roomy, MemorySegment.ofArray(interleaved))) {
                try (Scope _ = backend().scope()) {
                    Tensor pictures = backend().uploadImages(pixels, 2, 2, 3, 3);
                    assertThat(pictures.shape()).isEqualTo(Shape.of(2, 3, 2, 3));
                    assertThat(values(pictures)).isEqualTo(planes);
                }
            }
        }
    }

    @Test
    default void memoryGivesTheSameTensorAsAnArray() {
        Shape[] shapes = {Shape.of(), Shape.of(5), Shape.of(3, 7), Shape.of(2, 3, 4, 5), Shape.of(1, 8, 1, 1)};
        try (Arena arena = Arena.ofConfined()) {
            for (Shape shape : shapes) {
                float[] values = Samples.normal(shape, 6);
                long bytes = shape.elements() * Float.BYTES;
                MemorySegment room = arena.allocate(bytes + 8, 64);
                for (MemorySegment memory : List.of(room.asSlice(0, bytes), room.asSlice(4, bytes),
                        room.asSlice(1, bytes), MemorySegment.ofArray(new float[values.length]))) {
                    MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values.length);
                    try (Scope _ = backend().scope()) {
                        Tensor tensor = backend().upload(shape, memory);
                        assertThat(tensor.shape()).isEqualTo(shape);
                        assertThat(values(tensor)).as("a tensor of " + shape).isEqualTo(values);
                    }
                }
            }
        }
    }

    @Test
    default void aChangedTensorDoesNotWriteToItsSource() {
        Shape shape = Shape.of(16, 4);
        float[] values = Samples.normal(shape, 7);
        try (Arena arena = Arena.ofConfined(); Scope _ = backend().scope()) {
            MemorySegment memory = arena.allocate(shape.elements() * Float.BYTES, 64);
            MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, values.length);
            MemorySegment constant = memory.asReadOnly();
            Tensor assigned = backend().upload(shape, constant);
            backend().assign(assigned, new float[64]);
            assertThat(values(assigned)).isEqualTo(new float[64]);
            Tensor updated = backend().upload(shape, constant);
            Tensor copied = backend().upload(shape, values);
            for (int step = 0; step < 2; step++) {
                backend().update(updated, backend().upload(shape, constant), normal(8, 16, 4), 0.9f, 0.1f, 0.5f);
                backend().update(copied, backend().upload(shape, values), normal(8, 16, 4), 0.9f, 0.1f, 0.5f);
            }
            assertThat(values(updated)).isEqualTo(values(copied)).isNotEqualTo(values);
            assertThat(memory.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(values);
        }
    }

    @Test
    default void grayPicturesToo() {
        MemorySegment pixels = MemorySegment.ofArray(new float[] {1, 2, 3, 4, 5, 6});
        Tensor pictures = backend().uploadImages(pixels, 3, 1, 2, 1);
        assertThat(pictures.shape()).isEqualTo(Shape.of(3, 1, 1, 2));
        assertThat(values(pictures)).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    default void imagesInPlaceGiveTheSameResults() {
        Shape shape = Shape.of(2, 3, 9, 7);
        float[] planes = Samples.normal(shape, 3);
        float[] interleaved = new float[planes.length];
        for (int at = 0; at < planes.length; at++) {
            int pixel = at % 63;
            int channel = at / 63 % 3;
            int picture = at / 189;
            interleaved[(picture * 63 + pixel) * 3 + channel] = planes[at];
        }
        Tensor weight = normal(4, 8, 3, 3, 3);
        Tensor bias = normal(5, 8);
        Window window = Window.of(3, 2, 1);
        try (Scope _ = backend().scope()) {
            Tensor pictures = backend().uploadImages(MemorySegment.ofArray(interleaved), 2, 9, 7, 3);
            Closeness.assertClose("y",
                    values(backend().convolve(tensor(shape, planes), weight, bias, window, 1)),
                    values(backend().convolve(pictures, weight, bias, window, 1)));
        }
    }
}
